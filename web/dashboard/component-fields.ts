// Which values of an AI component its card shows, in which order. A component without a row here shows all its numbers.

import type { Component, Sample } from "../client/src/contract";
import { find, pathOf, type Path } from "../elements/path";
import type { Names } from "./metric-names";

type Components = Sample["ai"]["components"];
type Known = "tinygrad" | "petals" | "wondercraft";

export interface Field {
  readonly label: string;
  readonly path: Path;
  /** A text, which takes more room than a number. */
  readonly wide: boolean;
}

interface Row<Report> {
  readonly title: string;
  readonly fields: readonly (readonly [label: string, name: Names<Report, number | string>])[];
  /** Texts that are told in a line of their own when there are any. */
  readonly notes?: readonly (keyof Report & string)[];
}

const ROWS: { readonly [Name in Known]: Row<Components[Name]> } = {
  tinygrad: {
    title: "tinygrad",
    fields: [
      ["run", "latest.run"],
      ["step", "latest.step"],
      ["loss", "latest.loss"],
      ["tokens", "latest.tokens_per_second"],
      ["step time", "latest.step_seconds"],
      ["GFLOPS", "latest.gflops"],
      ["memory", "latest.memory_used_bytes"],
      ["runs", "runs_count"],
      ["artifacts", "artifacts_count"],
    ],
  },
  petals: {
    title: "Petals",
    fields: [
      ["state", "state"],
      ["blocks served", "served_blocks"],
      ["blocks on disk", "cache_blocks"],
      ["peers", "peers_count"],
      ["inference", "inference_per_second"],
      ["forward", "forward_per_second"],
      ["throughput", "throughput"],
      ["cache left", "cache_tokens_left"],
    ],
  },
  wondercraft: {
    title: "Wondercraft",
    fields: [
      ["scenes", "scenes_count"],
      ["XR overlays", "xr_overlays_count"],
      ["invalid", "invalid_count"],
      ["frames", "latest.frames_per_second"],
      ["newest scene", "latest.scene"],
    ],
    notes: ["invalid_reason"],
  },
};
const TEXTS: ReadonlySet<string> = new Set(["state", "latest.scene", "latest.run"]);

/** The components that every appliance reports, in the order of the page. */
export const EXPECTED: readonly string[] = Object.keys(ROWS);

export function componentTitle(name: string): string {
  return isKnown(name) ? ROWS[name].title : name;
}

/** What a component has to say besides its numbers, its reason first. */
export function notesOf(name: string, component: Component): string[] {
  const notes = isKnown(name) ? (ROWS[name].notes ?? []) : [];
  const texts = ["reason", ...notes].map((key) => find(component, [key]).value);
  return texts.filter((text) => typeof text === "string");
}

/** The fields to show; of a component that is not known by name, every number that it reports. */
export function fieldsOf(name: string, component: Component | null): Field[] {
  const above = ["ai", "components", name];
  if (isKnown(name)) {
    return ROWS[name].fields.map(([label, field]) => ({
      label,
      path: [...above, ...pathOf(field)],
      wide: TEXTS.has(field),
    }));
  }
  return component === null ? [] : numbersOf(component, above);
}

function isKnown(name: string): name is Known {
  return Object.hasOwn(ROWS, name);
}

function numbersOf(value: object, above: Path): Field[] {
  return Object.entries(value).flatMap(([key, inner]): Field[] => {
    const path = [...above, key];
    if (typeof inner === "number") return [{ label: key.replaceAll("_", " "), path, wide: false }];
    const nested = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return nested ? numbersOf(inner, path) : [];
  });
}
