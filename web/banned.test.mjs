// The check of banned.mjs bites, and the sources pass it.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { check, findings, findingsInHtml, sources } from "./banned.mjs";

const WEB = dirname(fileURLToPath(import.meta.url));
const PLANTED = {
  innerHTML: "element.innerHTML = name;",
  "innerHTML in brackets": 'element["innerHTML"] += name;',
  outerHTML: "element.outerHTML = name;",
  insertAdjacentHTML: 'element.insertAdjacentHTML("beforeend", name);',
  srcdoc: "frame.srcdoc = name;",
  DOMParser: 'new DOMParser().parseFromString(name, "text/html");',
  fragment: "range.createContextualFragment(name);",
  unsafeHTML: 'import { unsafeHTML } from "lit/directives/unsafe-html.js";',
  "unsafeHTML by another name": 'import { unsafeHTML as fine } from "somewhere";',
  unsafeSVG: "html`${unsafeSVG(name)}`;",
  "static templates": 'import { html } from "lit/static-html.js";',
  eval: "eval(name);",
  "eval of window": "window.eval(name);",
  "new Function": "new Function(name);",
  Function: "Function(name)();",
  "Function of window": "window.Function(name)();",
  "eval by another name": "const run = eval;",
  "eval taken out of window": "const { eval: run } = window;",
  "unsafeHTML imported when it is needed": 'await import("lit/directives/unsafe-html.js");',
  "unsafeHTML for others": 'export { unsafeHTML } from "somewhere";',
  "all of a module for others": 'export * from "lit/directives/unsafe-html.js";',
  "srcdoc as an attribute": 'frame.setAttribute("srcdoc", name);',
  "a handler as an attribute": 'element.setAttribute("onclick", name);',
  "a handler as an attribute with a namespace": 'element.setAttributeNS(null, "onload", name);',
  "innerHTML assigned with others": "Object.assign(element, { innerHTML: name });",
  "innerHTML assigned by its name": "Object.assign(element, { innerHTML });",
  "document.write": "document.write(name);",
  "window.document.writeln": "window.document.writeln(name);",
  setTimeout: 'setTimeout("tell(1)", 10);',
  "setTimeout with a sum": 'window.setTimeout("tell(" + name + ")", 10);',
  "setInterval with a template": "setInterval(`tell(${name})`, 10);",
  "a property of a template": "html`<p .innerHTML=${name}></p>`;",
  "a handler in a template": 'html`<p onclick="tell()"></p>`;',
  "a script in a template": "html`<script>${name}</script>`;",
  "an address that is code": 'html`<a href="javascript:tell()">x</a>`;',
};
const FINE = [
  "// element.innerHTML = name",
  'const words = "innerHTML, eval and document.write";',
  "element.textContent = name;",
  "setTimeout(() => tell(name), 10);",
  "setTimeout(tell, 10);",
  "html`<p @click=${tell}>${name}</p>`;",
  "html`<p>${rows.map((one) => one === on ? 1 : 2)}</p>`;",
  "stream.write(name);",
  'element.setAttribute("title", "onclick");',
  'await import("./chart.js");',
  "function call(one: Function) { return one.eval; }",
];

test.each(Object.entries(PLANTED))("finds %s", (_, text) => {
  const [found, ...others] = findings("planted.ts", `\n${text}`);
  expect(found).toMatch(/^2: /);
  expect(others.length).toBeLessThanOrEqual(1);
});

test.each(FINE)("lets pass: %s", (text) => {
  expect(findings("fine.ts", text)).toEqual([]);
});

test("finds scripts and handlers in HTML", () => {
  expect(findingsInHtml('<script src="x.js"></script><p>onload</p>')).toEqual([]);
  expect(findingsInHtml("<script>tell()</script>")).toHaveLength(1);
  expect(findingsInHtml("<body onload=tell()>")).toHaveLength(1);
  expect(findingsInHtml('<a href="javascript:tell()">')).toHaveLength(1);
});

test("the sources are looked at, and nothing is found in them", async () => {
  const names = (await sources(WEB)).join("\n");
  for (const name of ["dashboard/main.ts", "dashboard/index.html", "elements/value.ts", "client/src/client.ts"]) {
    expect(names).toContain(name);
  }
  expect(await check(WEB)).toEqual([]);
}, 60_000); // all of them are parsed
