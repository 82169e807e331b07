// Which values of an AI component its card and its detail view show: those of its row, else all its numbers and texts.

import type { Component } from "../client/src/contract";
import type { LineDefinition } from "../elements/chart";
import { axisOf, type AxisKind } from "../elements/axis";
import { unitOf } from "../elements/format";
import { find, isRecord, pathOf, type Path } from "../elements/path";
import { ROWS, RUNTIME, TITLES, TRAINING, type Labelled, type Row } from "./component-rows";

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
  if (Object.hasOwn(ROWS, name)) return ROWS[name as keyof typeof ROWS];
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
