// Finds what can turn a text into markup or code in the page's sources, and fails where there is any:
//
//   node web/banned.mjs
//
// Lit's templates put texts in as texts; these are the ways around them. The sources are parsed, so that a comment or a
// longer name is no finding.
import { readFile, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const PROPERTIES = new Set([
  "innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "createContextualFragment", "setHTMLUnsafe", "parseHTMLUnsafe",
  "parseFromString", "execScript",
]);
const NAMES = new Set(["unsafeHTML", "unsafeSVG", "unsafeMathML", "unsafeStatic", "eval", "Function"]);
const MODULES = /^lit(-html)?\/(directives\/unsafe-|static-html)/;
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
// In a template: a handler as markup, a property that takes markup, a script, an address that is code.
const MARKUP = /\son[a-z]+\s*=|\.(innerHTML|outerHTML|srcdoc)\s*=|<script\b|javascript:/i;
const ATTRIBUTES = /^(on[a-z]+|srcdoc)$/i;
const GLOBALS = /^(window|globalThis|self)$/;
const FOLDERS = ["client", "elements", "dashboard", "fleet"];

/** What is banned in a file: a line for each, as in "12: innerHTML". */
export function findings(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const tell = (node, what) => found.push(`${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  const visit = (node) => {
    const what = banned(node);
    if (what) tell(node, what);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function banned(node) {
  if (ts.isPropertyAccessExpression(node)) return ofProperty(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return ofProperty(node.expression, node.argumentExpression.text);
  }
  // Whatever is done with it: it may be called by another name.
  if (ts.isIdentifier(node) && NAMES.has(node.text)) return isOfItsOwn(node) ? node.text : undefined;
  if (ts.isCallExpression(node)) return ofCall(node.expression, node.arguments);
  if (ts.isObjectLiteralElementLike(node) && PROPERTIES.has(node.name?.text)) return node.name.text;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return ofModule(node.moduleSpecifier);
  if (ts.isTaggedTemplateExpression(node) && ["html", "svg"].includes(node.tag.getText())) {
    return MARKUP.exec(markupOf(node.template))?.[0].trim();
  }
  return undefined;
}

/** Whether a name stands for a value, and neither for a type nor for a property. */
function isOfItsOwn(node) {
  const { parent } = node;
  return !(ts.isTypeReferenceNode(parent) || ((ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node));
}

function ofCall(called, given) {
  if (called.kind === ts.SyntaxKind.ImportKeyword) return ofModule(given[0]);
  const name = called.name?.text ?? called.text;
  if (TIMERS.has(name)) return ofTimer(name, given[0]);
  const attribute = { setAttribute: given[0], setAttributeNS: given[1], toggleAttribute: given[0] }[name];
  return attribute && ts.isStringLiteralLike(attribute) && ATTRIBUTES.test(attribute.text) ? attribute.text : undefined;
}

function ofModule(named) {
  return named && ts.isStringLiteralLike(named) && MODULES.test(named.text) ? named.text : undefined;
}

/** The literal parts of a template. */
function markupOf(template) {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return [template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)].join("\0");
}

function ofProperty(object, name) {
  if (PROPERTIES.has(name)) return name;
  if ((name === "write" || name === "writeln") && /(^|\.)document$/.test(object.getText())) return `document.${name}`;
  if (NAMES.has(name) && GLOBALS.test(object.getText())) return name;
  return undefined;
}

function ofTimer(name, first) {
  const isText = first && (ts.isStringLiteralLike(first) || ts.isTemplateExpression(first) || isSumWithText(first));
  return isText ? `${name} of a text` : undefined;
}

function isSumWithText(node) {
  if (!ts.isBinaryExpression(node)) return false;
  return [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || isSumWithText(side));
}

/** Inline scripts and handlers of an HTML file, which the page's policy would refuse as well. */
export function findingsInHtml(text) {
  return [...text.matchAll(/\son[a-z]+\s*=|<script(?![^>]*\ssrc=)[^>]*>|javascript:/gi)].map(([found]) => found.trim());
}

/** The files that are served or published; tests and examples are none. */
export async function sources(web) {
  const entries = await Promise.all(FOLDERS.map((folder) => readdir(join(web, folder), { recursive: true, withFileTypes: true })));
  return entries
    .flat()
    .filter((entry) => entry.isFile() && /\.(ts|mjs|js|html)$/.test(entry.name) && !/\.test\.|\.config\./.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](node_modules|test|dist|examples)[\\/]/.test(path));
}

/** All that is banned in the sources below a folder: "elements/value.ts:12: innerHTML". */
export async function check(web) {
  const found = [];
  for (const path of await sources(web)) {
    const text = await readFile(path, "utf8");
    const told = path.endsWith(".html") ? findingsInHtml(text) : findings(path, text);
    found.push(...told.map((what) => `${relative(web, path)}:${what}`));
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await check(dirname(fileURLToPath(import.meta.url)));
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
