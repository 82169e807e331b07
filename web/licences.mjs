// The licences of the packages that went into a bundle.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules");

/** Names of the packages in it, out of what esbuild tells. Paths there are relative to this directory. */
export function packagesIn(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  return [...packages].sort();
}

export async function licences(packages) {
  const texts = [];
  for (const name of packages) {
    const folder = join(modules, name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    if (!file) throw new Error(`${name} ships no licence text; find it before it is bundled`);
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    texts.push(`${name} ${version}\n\n${text}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** For what travels alone. */
export async function withLicences(code, packages) {
  return `${code}\n/*! Zeropoint, Apache-2.0. It contains:\n\n${await licences(packages)}*/\n`;
}
