// Prints TypeScript types of the wire contract, out of an OpenAPI 3.1 document:
//
//   zeropoint openapi > openapi.json && node web/types.mjs openapi.json > web/client/src/contract.ts
//
// The same document gives the same bytes, so that a test can tell when contract.ts is stale.
import { readFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const HEADER = `// Written by web/types.mjs out of the OpenAPI document of the appliance (\`zeropoint openapi\`). Do not edit.
`;

const [path, ...rest] = process.argv.slice(2);
if (!path || rest.length > 0) {
  console.error("usage: node types.mjs OPENAPI.json");
  process.exit(2);
}
try {
  process.stdout.write(await contractTypes(JSON.parse(await readFile(path, "utf8"))));
} catch (error) {
  console.error(`${path}: ${error.message}`);
  process.exit(1);
}

async function contractTypes(document) {
  const schemas = document.components?.schemas;
  if (!schemas) throw new Error("no components.schemas in it");
  const names = Object.keys(schemas).sort();
  const root = {
    description: "Every schema by its name.",
    type: "object",
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/definitions/${name}` }])),
    definitions: Object.fromEntries(names.map((name) => [name, { ...translate(schemas[name]), title: name }])),
  };
  return compile(root, "Schemas", {
    bannerComment: HEADER,
    additionalProperties: false,
    unknownAny: true,
    format: true,
    style: { printWidth: 120 },
    $refOptions: { resolve: { external: false } },
  });
}

/**
 * The compiler knows JSON Schema draft 4, where `$ref` swallows what stands beside it, and names a type after every
 * `title` that it meets: so references get a wrapper that can carry a description, and only definitions keep titles.
 */
function translate(schema) {
  if (Array.isArray(schema)) return schema.map(translate);
  if (schema === null || typeof schema !== "object") return schema;
  const { $ref, title: _, default: __, ...others } = schema;
  const translated = {};
  for (const [key, value] of Object.entries(others)) {
    translated[key] = key === "properties" ? mapValues(value, translate) : translate(value);
  }
  // The appliance answers with every key ("a key never disappears"); what has a default is optional only to who asks.
  if (schema.properties) translated.required = Object.keys(schema.properties);
  if ($ref === undefined) return translated;
  const reference = { $ref: $ref.replace("#/components/schemas/", "#/definitions/") };
  return Object.keys(translated).length === 0 ? reference : { ...translated, allOf: [reference] };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
