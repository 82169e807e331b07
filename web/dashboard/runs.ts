// Training runs as /api/v1/runs tells them, and what of them the charts mark. Nothing here asks for anything.

import { duration } from "../elements/format";
import type { Mark } from "../elements/marks";
import { isRecord } from "../elements/path";
import type { Tone } from "../elements/status";

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  /** Why the status is what it is, where that needs saying. */
  readonly reason: string | null;
  /** RFC 3339, as the appliance wrote it. */
  readonly started: string | null;
  readonly ended: string | null;
  readonly exitCode: number | null;
  readonly receipt: unknown;
  readonly hyperparameters: unknown;
}

const TONES: Readonly<Record<string, Tone>> = {
  running: "good",
  finished: "off",
  stopped: "off",
  failed: "bad",
};

/** The runs of an answer, newest first as they come; rows of another form are left out. */
export function parseRuns(answer: unknown): Run[] {
  const rows = isRecord(answer) && Array.isArray(answer["runs"]) ? (answer["runs"] as unknown[]) : [];
  return rows.flatMap((row): Run[] => {
    if (!isRecord(row) || typeof row["id"] !== "string") return [];
    const id = row["id"];
    return [
      {
        id,
        name: textOf(row["name"]) ?? id,
        kind: textOf(row["kind"]) ?? "",
        status: textOf(row["status"]) ?? "unknown",
        reason: textOf(row["reason"]),
        started: textOf(row["started"]),
        ended: textOf(row["ended"]),
        exitCode: typeof row["exit_code"] === "number" ? row["exit_code"] : null,
        receipt: row["receipt"] ?? null,
        hyperparameters: row["hyperparameters"] ?? null,
      },
    ];
  });
}

export function isFailed(run: Run): boolean {
  return run.status === "failed";
}

export function toneOf(run: Run): Tone {
  return isFailed(run) ? "bad" : (TONES[run.status] ?? "unknown");
}

/** For how long it has run, or ran; null where that is not known. */
export function secondsOf(run: Run, nowMilliseconds: number): number | null {
  if (run.started === null) return null;
  const end = run.ended === null ? (run.status === "running" ? nowMilliseconds : Number.NaN) : Date.parse(run.ended);
  const seconds = (end - Date.parse(run.started)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** The runs as they were at a moment: those that had begun, and of those that ended later no end. */
export function runsAt(runs: readonly Run[], milliseconds: number): Run[] {
  return runs
    .filter(({ started }) => started !== null && Date.parse(started) <= milliseconds)
    .map((run) => {
      const isOver = run.ended === null ? run.status !== "running" : Date.parse(run.ended) <= milliseconds;
      return isOver ? run : { ...run, status: "running", reason: null, ended: null, exitCode: null, receipt: null };
    });
}

/** Where runs began and ended. */
export function marksOfRuns(runs: readonly Run[]): Mark[] {
  return runs.flatMap((run): Mark[] => {
    const of = run.kind === "" ? "" : ` (${run.kind})`;
    const marks: Mark[] = [];
    if (run.started !== null) {
      marks.push({ milliseconds: Date.parse(run.started), kind: "start", label: `${run.name} began${of}`, alarming: false });
    }
    if (run.ended !== null) {
      marks.push({ milliseconds: Date.parse(run.ended), kind: "end", label: `${run.name} ${endInWords(run)}`, alarming: isFailed(run) });
    }
    return marks;
  });
}

/** "failed, exit code 1, after 12 min". */
export function endInWords(run: Run): string {
  const seconds = secondsOf(run, Number.NaN);
  const after = seconds === null ? "" : `, after ${duration(seconds).number} ${duration(seconds).unit}`;
  const word = Object.hasOwn(TONES, run.status) && run.status !== "running" ? run.status : "ended";
  const code = run.exitCode === null ? "" : `, exit code ${run.exitCode}`;
  return `${word}${code}${after}`;
}

/** What a run was told of itself or was measured of it, a line each: "optimizer.lr", 0.001. */
export function leaves(value: unknown, above = "", most = 40): (readonly [name: string, value: number | string])[] {
  if (!isRecord(value)) return [];
  const found = Object.entries(value).flatMap(([key, inner]): (readonly [string, number | string])[] => {
    const name = above === "" ? key : `${above}.${key}`;
    if (isRecord(inner)) return leaves(inner, name, most);
    if (typeof inner === "number" || typeof inner === "string") return [[name, inner]];
    if (inner === null || inner === undefined) return [];
    return [[name, JSON.stringify(inner)]];
  });
  return found.slice(0, most);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
