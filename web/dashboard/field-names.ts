// What the fields of a component mean, as the appliance's own description of its API says it (/openapi.json). Asked for
// once, when a detail view is opened.

import { isRecord } from "../elements/path";

const NONE: ReadonlyMap<string, string> = new Map();
// References that lead in a circle would never end.
const DEEPEST = 6;

export class FieldNames {
  readonly #ask: () => Promise<Response>;
  #document: Promise<unknown> | null = null;

  constructor(ask: () => Promise<Response>) {
    this.#ask = ask;
  }

  /** The sentence for each field by its name below the component: "latest.loss". Empty where nothing tells it. */
  async helpsOf(component: string): Promise<ReadonlyMap<string, string>> {
    this.#document ??= this.#fetch();
    return helpsIn(await this.#document, component);
  }

  // To whom the description is not shown, the names of the fields say enough.
  async #fetch(): Promise<unknown> {
    try {
      const response = await this.#ask();
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}

export function helpsIn(document: unknown, component: string): ReadonlyMap<string, string> {
  const schemas = at(document, ["components", "schemas"]);
  const report = at(schemas, ["Ai", "properties", "components", "properties", component]);
  if (report === undefined) return NONE;
  const helps = new Map<string, string>();
  collect(schemas, report, "", helps, DEEPEST);
  return helps;
}

function collect(schemas: unknown, schema: unknown, above: string, helps: Map<string, string>, depth: number): void {
  const properties = at(follow(schemas, schema), ["properties"]);
  if (depth === 0 || !isRecord(properties)) return;
  for (const [key, inner] of Object.entries(properties)) {
    const name = above === "" ? key : `${above}.${key}`;
    if (isRecord(inner) && typeof inner["description"] === "string") helps.set(name, inner["description"]);
    collect(schemas, inner, name, helps, depth - 1);
  }
}

/** The schema itself where another one is named, alone or beside null. */
function follow(schemas: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const choices = schema["anyOf"];
  const chosen = Array.isArray(choices) ? choices.find((one) => isRecord(one) && "$ref" in one) : schema;
  const reference = isRecord(chosen) ? chosen["$ref"] : undefined;
  return typeof reference === "string" ? at(schemas, [reference.split("/").at(-1) ?? ""]) : chosen;
}

function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);
}
