import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HUES, Hues, hueOf } from "./hues";

const CSS = readFileSync(new URL("../dashboard/dashboard.css", import.meta.url), "utf8");
const LEAST_CONTRAST = 3; // WCAG 2.2, 1.4.11
// How far colours are apart in OKLab; 0.02 is just noticed.
const LEAST_DISTANCE = 0.09;
// Machado, Oliveira and Fernandes 2009, at full severity, on linear RGB.
const EYES: Record<string, readonly (readonly number[])[]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

const times = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, factor, at) => sum + factor * (vector[at] ?? 0), 0));
const linear = (hex: string): number[] =>
  [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
const luminance = (hex: string): number => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0] ?? 0;
const contrast = (a: string, b: string): number => {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
};
const oklab = (rgb: readonly number[]): number[] => {
  const cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb);
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], cones.map((cone) => Math.cbrt(Math.max(0, cone))));
};
const distance = (a: string, b: string, eye: readonly (readonly number[])[]): number => {
  const [one, other] = [a, b].map((hex) => oklab(times(eye, linear(hex))));
  return Math.hypot(...(one ?? []).map((value, at) => value - (other?.[at] ?? 0)));
};

/** The custom properties of each block of the style sheet that has hues. */
const themes = CSS.split("}").filter((block) => block.includes("--zp-hue-0")).map((block) => new Map([...block.matchAll(/--zp-([a-z0-9-]+): (#[0-9a-f]{6})/g)].map((found) => [found[1] ?? "", found[2] ?? ""])));

it("a name keeps its hue, and names are spread over all of them", () => {
  expect(hueOf("program:python3:root")).toBe(hueOf("program:python3:root"));
  const counts = new Array<number>(HUES).fill(0);
  for (let index = 0; index < 1000; index += 1) counts[hueOf(`run:train-${index}`)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(50);
});

describe("hues that names get", () => {
  const alike = Array.from({ length: 400 }, (_, index) => `name ${index}`).filter((name) => hueOf(name) === 4);

  it("are those that they ask for, or the next that is free among those beside them", () => {
    const hues = new Hues();
    expect(hues.meet(alike.slice(0, 3))).toBe(true);
    expect(alike.slice(0, 3).map((name) => hues.of(name))).toEqual([4, 5, 6]);
    expect(hues.meet(alike.slice(0, 3))).toBe(false);
  });

  it("stay, whoever comes or goes, and on the next page", () => {
    const hues = new Hues();
    hues.meet(alike.slice(0, 2));
    hues.meet(alike.slice(1, 2));
    hues.meet([...alike.slice(5, 7), ...alike.slice(1, 2)]);
    expect(hues.of(alike[1] ?? "")).toBe(5);
    expect(new Hues(hues.known).of(alike[1] ?? "")).toBe(5);
  });

  it("are as many as there are names, where these are more than hues; and not kept for ever", () => {
    const hues = new Hues();
    hues.meet(alike.slice(0, 30));
    expect(new Set(alike.slice(0, 30).map((name) => hues.of(name))).size).toBe(HUES);
    for (let index = 0; index < 1000; index += 1) hues.meet(["stays", `gone ${index}`]);
    expect(hues.known.length).toBeLessThanOrEqual(201);
    expect(hues.known.some(([name]) => name === "stays")).toBe(true);
  });
});

it("the light theme, and the dark one both ways in which it comes, have all of them", () => {
  expect(themes).toHaveLength(3);
  for (const theme of themes) expect([...theme.keys()].filter((name) => name.startsWith("hue-"))).toHaveLength(HUES);
  expect(themes[1]).toEqual(themes[2]);
});

describe.each([0, 1])("the hues of theme %i", (index) => {
  const theme = themes[index] ?? new Map<string, string>();
  const hues = Array.from({ length: HUES }, (_, hue) => theme.get(`hue-${hue}`) ?? "");

  it("stand out from the ground", () => {
    for (const hue of hues) expect(contrast(hue, theme.get("surface") ?? "")).toBeGreaterThan(LEAST_CONTRAST);
  });

  it.each(Object.keys(EYES))("are apart for eyes that are %s", (eye) => {
    for (const [at, hue] of hues.entries()) {
      for (const other of hues.slice(at + 1)) expect(distance(hue, other, EYES[eye] ?? [])).toBeGreaterThan(LEAST_DISTANCE);
    }
  });
});
