// Which values of an AI component its card shows, in which order. A component without a row here shows all its numbers.

import type { Component } from "../client/src/contract";
import type { Path } from "../elements/path";

export interface Field {
  readonly label: string;
  readonly path: Path;
}

export interface ComponentRow {
  readonly title: string;
  readonly fields: readonly (readonly [label: string, path: Path])[];
}

const ROWS: Record<string, ComponentRow> = {
  tinygrad: {
    title: "tinygrad",
    fields: [
      ["step", ["latest", "step"]],
      ["loss", ["latest", "loss"]],
      ["tokens", ["latest", "tokens_per_second"]],
      ["step time", ["latest", "step_seconds"]],
      ["compute", ["latest", "gflops"]],
      ["memory", ["latest", "memory_used_bytes"]],
      ["runs", ["runs_count"]],
      ["artifacts", ["artifacts_count"]],
    ],
  },
  petals: {
    title: "Petals",
    fields: [
      ["state", ["state"]],
      ["blocks served", ["served_blocks"]],
      ["blocks on disk", ["cache_blocks"]],
      ["peers", ["peers_count"]],
      ["inference", ["inference_per_second"]],
      ["forward", ["forward_per_second"]],
      ["throughput", ["throughput"]],
      ["cache left", ["cache_tokens_left"]],
    ],
  },
  wondercraft: {
    title: "Wondercraft",
    fields: [
      ["scenes", ["scenes_count"]],
      ["XR overlays", ["xr_overlays_count"]],
      ["invalid", ["invalid_count"]],
      ["newest scene", ["latest", "scene"]],
      ["frames", ["latest", "frames_per_second"]],
    ],
  },
};

/** The components that every appliance reports, in the order of the page. */
export const EXPECTED = Object.keys(ROWS);

export function componentTitle(name: string): string {
  return ROWS[name]?.title ?? name;
}

/** The fields to show; of a component that is not known by name, every number that it reports. */
export function fieldsOf(name: string, component: Component | null): Field[] {
  const known = ROWS[name];
  const pairs = known?.fields ?? (component === null ? [] : numbersOf(component, []));
  return pairs
    .filter(([, path]) => component === null || Object.hasOwn(component, path[0] ?? ""))
    .map(([label, path]) => ({ label, path: ["ai", "components", name, ...path] }));
}

function numbersOf(value: object, above: Path): (readonly [string, Path])[] {
  return Object.entries(value).flatMap(([key, inner]): (readonly [string, Path])[] => {
    if (typeof inner === "number") return [[key.replaceAll("_", " "), [...above, key]]];
    const nested = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return nested ? numbersOf(inner, [...above, key]) : [];
  });
}
