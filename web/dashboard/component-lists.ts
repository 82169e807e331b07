// The lists that components report, as tables. A list without a row here is shown with all of its columns.

import type { Component } from "../client/src/contract";
import { isRecord, type Path } from "../elements/path";
import type { Tone } from "../elements/status";
import type { Column } from "./rows-table";

export interface List {
  readonly path: Path;
  readonly label: string;
  readonly columns: readonly Column[];
  readonly empty: string;
  readonly order: ((a: unknown, b: unknown) => number) | null;
}

const SERVER_TONES: Readonly<Record<string, Tone>> = { ONLINE: "good", JOINING: "busy", OFFLINE: "off" };

type Known = Omit<List, "path">;

const KNOWN: Readonly<Record<string, Known>> = {
  "petals.servers": {
    label: "Servers",
    empty: "no server of this model is known",
    order: null,
    columns: [
      { label: "peer", field: "peer", title: "The last characters of its peer id" },
      { label: "name", field: "name" },
      { label: "where", field: "here", words: ["here", "elsewhere"] },
      { label: "state", field: "state", tone: (value) => SERVER_TONES[String(value)] ?? "unknown" },
      { label: "from", field: "start_block", title: "First block that it announces" },
      { label: "before", field: "end_block", title: "Block after the last one that it announces" },
      { label: "throughput", field: "throughput" },
      { label: "inference", field: "inference_per_second" },
      { label: "forward", field: "forward_per_second" },
      { label: "network", field: "network_per_second" },
      { label: "cache left", field: "cache_tokens_left", title: "Tokens that still fit in its attention cache" },
      { label: "ping", field: "next_ping_seconds", title: "Shortest ping to a server that it hands on to" },
    ],
  },
  "wondercraft.files": {
    label: "Files written last",
    empty: "no scene, overlay, export or log has been written",
    // What needs a person comes first; the rest as the appliance tells it, the newest first.
    order: (a, b) => Number(isInvalid(b)) - Number(isInvalid(a)),
    columns: [
      { label: "file", field: "path" },
      { label: "kind", field: "kind" },
      {
        label: "content",
        field: "valid",
        words: ["valid", "invalid"],
        tone: (value) => (value === true ? "good" : "bad"),
      },
      { label: "reason", field: "reason" },
      { label: "size", field: "size_bytes" },
      { label: "modified", field: "modified", as: "time" },
    ],
  },
  "programs.programs": {
    label: "Programs that run",
    empty: "none is recognised",
    order: null,
    columns: [
      { label: "program", field: "kind" },
      { label: "processes", field: "processes_count" },
      { label: "CPU", field: "cpu_percent", title: "CPU time of its processes, of one core" },
      { label: "process ids", field: "pids" },
    ],
  },
};
/** Shown in a way of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(["petals.blocks"]);

export function listsOf(name: string, component: Component): List[] {
  return Object.entries(component).flatMap(([key, value]): List[] => {
    const id = `${name}.${key}`;
    if (ELSEWHERE.has(id)) return [];
    const path = ["ai", "components", name, key];
    if (Object.hasOwn(KNOWN, id)) return [{ path, ...KNOWN[id]! }];
    const first: unknown = Array.isArray(value) ? value[0] : undefined;
    if (!isRecord(first)) return [];
    const columns = Object.keys(first).map((field) => ({ label: field.replaceAll("_", " "), field }));
    return [{ path, label: key.replaceAll("_", " "), columns, empty: "none", order: null }];
  });
}

/** Lists of plain values: ports, process ids. */
export function plainListsOf(component: Component): (readonly [label: string, values: string])[] {
  return Object.entries(component).flatMap(([key, value]: [string, unknown]) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number" || typeof one === "string")
      ? [[key.replaceAll("_", " "), value.join(", ")] as const]
      : [],
  );
}

function isInvalid(row: unknown): boolean {
  return isRecord(row) && row["valid"] === false;
}
