// Which values of an AI component its card and its detail view show, in which order. A component that has no row here is
// shown with all its numbers and texts.

import type { Component, Sample } from "../client/src/contract";
import type { LineDefinition } from "../elements/chart";
import { axisOf, type AxisKind } from "../elements/axis";
import { unitOf } from "../elements/format";
import { find, isRecord, pathOf, type Path } from "../elements/path";
import { TITLES, RUNTIME, TRAINING } from "./component-shapes";
import type { Names } from "./metric-names";

type Components = Sample["ai"]["components"];
type Known = "tinygrad" | "petals" | "wondercraft";

export interface Field {
  readonly label: string;
  readonly path: Path;
  /** A text, which takes more room than a number. */
  readonly wide: boolean;
}

/** A chart in the detail view. */
export interface FieldChart {
  readonly title: string;
  readonly axis: AxisKind;
  readonly lines: readonly LineDefinition[];
}

export type Labelled<Name> = readonly (readonly [label: string, name: Name])[];

export interface Row<Name> {
  /** On the card, and first in the detail view. */
  readonly card: Labelled<Name>;
  /** In the detail view alone. */
  readonly further: Labelled<Name>;
  /** Its rate: drawn small on the card. */
  readonly spark: Name;
  readonly charts: readonly { readonly title: string; readonly lines: Labelled<Name> }[];
  /** Texts that are told in a line of their own when there are any. */
  readonly notes?: readonly string[];
}

const ROWS: { readonly [Name in Known]: Row<Names<Components[Name], number | string>> } = {
  tinygrad: {
    card: [
      ["run", "latest.run"],
      ["step", "latest.step"],
      ["loss", "latest.loss"],
      ["tokens", "latest.tokens_per_second"],
      ["step time", "latest.step_seconds"],
    ],
    further: [
      ["GFLOPS", "latest.gflops"],
      ["kernels", "latest.kernels_per_second"],
      ["memory", "latest.memory_used_bytes"],
      ["runs", "runs_count"],
      ["artifacts", "artifacts_count"],
    ],
    spark: "latest.tokens_per_second",
    charts: [
      { title: "Loss", lines: [["", "latest.loss"]] },
      { title: "Tokens", lines: [["", "latest.tokens_per_second"]] },
      { title: "Step time", lines: [["", "latest.step_seconds"]] },
    ],
  },
  petals: {
    card: [
      ["state", "state"],
      ["served here", "served_blocks"],
      ["on disk", "cache_blocks"],
      ["servers", "peers_count"],
      ["inference", "inference_per_second"],
      ["cache left", "cache_tokens_left"],
    ],
    further: [
      ["model", "model"],
      ["blocks", "blocks_count"],
      ["throughput", "throughput"],
      ["forward", "forward_per_second"],
      ["network", "network_per_second"],
      ["servers here", "server_processes_count"],
      ["orphans", "orphans_count"],
      ["CPU", "cpu_percent"],
      ["sent", "network_bytes_sent_per_second"],
      ["received", "network_bytes_received_per_second"],
      ["cached inference", "cached_inference_per_second"],
      ["cached forward", "cached_forward_per_second"],
      ["cached network", "cached_network_per_second"],
    ],
    spark: "inference_per_second",
    charts: [
      { title: "Inference", lines: [["", "inference_per_second"]] },
      { title: "Attention cache left", lines: [["", "cache_tokens_left"]] },
      {
        title: "Network of its servers",
        lines: [
          ["received", "network_bytes_received_per_second"],
          ["sent", "network_bytes_sent_per_second"],
        ],
      },
    ],
  },
  wondercraft: {
    card: [
      ["scenes", "scenes_count"],
      ["XR overlays", "xr_overlays_count"],
      ["invalid", "invalid_count"],
      ["frames", "latest.frames_per_second"],
      ["newest scene", "latest.scene"],
    ],
    further: [
      ["frame time", "latest.frame_time_seconds"],
      ["USD files checked", "usd_check"],
    ],
    spark: "latest.frames_per_second",
    charts: [
      { title: "Frames", lines: [["", "latest.frames_per_second"]] },
      { title: "Frame time", lines: [["", "latest.frame_time_seconds"]] },
    ],
    notes: ["invalid_reason"],
  },
};
const TEXTS: ReadonlySet<string> = new Set(["state", "latest.scene", "latest.run", "model", "usd_check", "endpoint"]);
/** What is told of every component, in its head. */
const IN_HEAD: ReadonlySet<string> = new Set(["status", "since", "last_updated", "reason"]);
const MOST_GENERIC_ON_CARD = 6;
const MOST_GENERIC_CHARTS = 6;
const TONES = [1, 2, 3, 4] as const;

/** The components that every appliance reports, in the order of the page. */
export const EXPECTED: readonly string[] = Object.keys(ROWS);

export function componentTitle(name: string): string {
  return TITLES.get(name) ?? name;
}

/** What a component has to say besides its numbers, its reason first. */
export function notesOf(name: string, component: Component): string[] {
  const texts = ["reason", ...(rowOf(name, component)?.notes ?? [])].map((key) => find(component, [key]).value);
  return [...programsIn(component), ...texts.filter((text) => typeof text === "string")];
}

/** "2 pytorch, 1 jupyter": what the recognised programs are. */
function programsIn(component: Component): string[] {
  const { value } = find(component, ["programs"]);
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return rows.length === 0 ? [] : [rows.map((row) => `${String(row["processes_count"] ?? "?")} ${String(row["kind"])}`).join(", ")];
}

/** The fields of the card. */
export function fieldsOf(name: string, component: Component | null): Field[] {
  const row = rowOf(name, component);
  if (row !== null) return fields(name, row.card);
  return valuesIn(component, above(name), ["number"]).slice(0, MOST_GENERIC_ON_CARD);
}

/** All fields, for the detail view. */
export function allFieldsOf(name: string, component: Component | null): Field[] {
  const row = rowOf(name, component);
  if (row === null) return valuesIn(component, above(name), ["number", "string"]);
  const known = fields(name, [...row.card, ...row.further]);
  // A newer appliance may report more than this page has heard of.
  const names = new Set([...row.card, ...row.further].map(([, field]) => field).concat(row.notes ?? []));
  const further = valuesIn(component, above(name), ["number"]);
  return [...known, ...further.filter(({ path }) => !names.has(path.slice(3).join(".")))];
}

export function chartsOf(name: string, component: Component | null): FieldChart[] {
  const row = rowOf(name, component);
  if (row !== null) return row.charts.map(({ title, lines }) => chartOf(title, lines.map(([label, field]) => ({ label, path: pathIn(name, field) }))));
  const found = valuesIn(component, above(name), ["number"]);
  return found.slice(0, MOST_GENERIC_CHARTS).map(({ label, path }) => chartOf(label, [{ label: "", path }]));
}

/** The value that the card draws. */
export function sparkOf(name: string, component: Component | null): Path | null {
  const row = rowOf(name, component);
  if (row !== null) return pathIn(name, row.spark);
  const found = valuesIn(component, above(name), ["number"]);
  return (found.find(({ path }) => String(path.at(-1)).endsWith("_per_second")) ?? found[0])?.path ?? null;
}

function chartOf(title: string, lines: readonly { label: string; path: Path }[]): FieldChart {
  const definitions = lines.map(({ label, path }, index) => ({ label, path, tone: TONES[index % TONES.length] ?? 1 }));
  const unit = unitOf(definitions[0]?.path ?? []);
  const axis = axisOf(unit);
  return { title, axis: axis === "plain" && unit !== "count" ? "fine" : axis, lines: definitions };
}

function rowOf(name: string, component: Component | null): Row<string> | null {
  if (Object.hasOwn(ROWS, name)) return ROWS[name as Known];
  if (component === null) return null;
  // By what they report: the same report serves several programs, under the name of each.
  const shapes: readonly { readonly marks: readonly string[]; readonly row: Row<string> }[] = [RUNTIME, TRAINING];
  return shapes.find(({ marks }) => marks.every((key) => Object.hasOwn(component, key)))?.row ?? null;
}

function fields(name: string, labelled: Labelled<string>): Field[] {
  return labelled.map(([label, field]) => ({ label, path: pathIn(name, field), wide: TEXTS.has(field) }));
}

function above(name: string): Path {
  return ["ai", "components", name];
}

function pathIn(name: string, field: string): Path {
  return [...above(name), ...pathOf(field)];
}

/** Every value of these kinds, those of nested parts too; lists have tables of their own. */
function valuesIn(value: unknown, path: Path, kinds: readonly string[]): Field[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): Field[] => {
    if (path.length === 3 && IN_HEAD.has(key)) return [];
    const here = [...path, key];
    if (kinds.includes(typeof inner)) return [{ label: key.replaceAll("_", " "), path: here, wide: typeof inner === "string" }];
    return valuesIn(inner, here, kinds);
  });
}
