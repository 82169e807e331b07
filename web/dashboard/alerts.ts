// Alerts as a sample and /api/v1/alerts tell them. Nothing is taken for granted: rows of another form are left out.

import { inWords } from "../elements/format";
import { isRecord } from "../elements/path";
import type { Tone } from "../elements/status";

/** One that fires now. */
export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly severity: string;
  readonly subject: string;
  readonly since: string;
  readonly says: string;
}

export interface Instance {
  readonly subject: string;
  readonly state: string;
  readonly since: string | null;
  readonly value: number | string | null;
}

export interface Rule {
  readonly name: string;
  readonly severity: string;
  readonly condition: string;
  readonly state: string;
  readonly count: number;
  readonly notify: readonly string[];
  readonly instances: readonly Instance[];
}

export interface Notice {
  readonly channel: string;
  readonly target: string;
  readonly status: string;
  readonly attempts: number;
  readonly reason: string | null;
}

export interface AlertEvent {
  readonly id: number;
  readonly time: string;
  readonly kind: string;
  readonly name: string;
  readonly severity: string;
  readonly says: string;
  readonly evidence: readonly string[];
  readonly notices: readonly Notice[];
}

export interface Target {
  readonly channel: string;
  readonly target: string;
  readonly waiting: number;
  readonly delivered: number;
  readonly failed: number;
  readonly dropped: number;
  readonly trouble: string | null;
}

export interface AlertsAnswer {
  readonly rules: readonly Rule[];
  readonly events: readonly AlertEvent[];
  readonly targets: readonly Target[];
}

const SEVERITIES: Readonly<Record<string, Tone>> = { critical: "bad", warning: "warn", info: "calm" };
const STATES: Readonly<Record<string, Tone>> = { firing: "bad", clearing: "busy", pending: "busy", ok: "good" };
const NOTICES: Readonly<Record<string, Tone>> = {
  delivered: "good", waiting: "busy", held: "calm", failed: "bad", dropped: "bad", "not-sent": "off",
};

export function toneOfSeverity(severity: string): Tone {
  return SEVERITIES[severity] ?? "unknown";
}

export function toneOfState(state: string): Tone {
  return STATES[state] ?? "unknown";
}

export function toneOfNotice(status: string): Tone {
  return NOTICES[status] ?? "unknown";
}

/** Those that fire by a sample; samples of the history from before there were alerts have none. */
export function alertsOf(sample: unknown): readonly Alert[] {
  return rowsOf(sample, "alerts").flatMap((row) => {
    const [id, name, severity, subject, since, says] = ["id", "name", "severity", "subject", "since", "says"].map((key) => textOf(row[key]));
    if (id == null || name == null) return [];
    return [{ id, name, severity: severity ?? "", subject: subject ?? "", since: since ?? "", says: says ?? "" }];
  });
}

export function parseAlerts(answer: unknown): AlertsAnswer {
  return {
    rules: rowsOf(answer, "rules").flatMap(ruleOf),
    events: rowsOf(answer, "events").flatMap(eventOf),
    targets: rowsOf(answer, "targets").map((row) => ({
      channel: textOf(row["channel"]) ?? "",
      target: textOf(row["target"]) ?? "",
      waiting: numberOf(row["waiting"]),
      delivered: numberOf(row["delivered_total"]),
      failed: numberOf(row["failed_total"]),
      dropped: numberOf(row["dropped_total"]),
      trouble: textOf(row["trouble"]),
    })),
  };
}

function ruleOf(row: Row): Rule[] {
  const name = textOf(row["name"]);
  if (name === null) return [];
  return [
    {
      name,
      severity: textOf(row["severity"]) ?? "",
      condition: conditionOf(row),
      state: textOf(row["state"]) ?? "unknown",
      count: numberOf(row["series_count"]),
      notify: textsOf(row["notify"]),
      instances: rowsOf(row, "instances").map((one) => ({
        subject: textOf(one["subject"]) ?? "",
        state: textOf(one["state"]) ?? "unknown",
        since: textOf(one["since"]),
        value: typeof one["value"] === "number" || typeof one["value"] === "string" ? one["value"] : null,
      })),
    },
  ];
}

function eventOf(row: Row): AlertEvent[] {
  const time = textOf(row["time"]);
  if (time === null || typeof row["id"] !== "number") return [];
  return [
    {
      id: row["id"],
      time,
      kind: textOf(row["kind"]) ?? "",
      name: textOf(row["name"]) ?? "",
      severity: textOf(row["severity"]) ?? "",
      says: textOf(row["says"]) ?? "",
      evidence: textsOf(row["evidence"]),
      notices: rowsOf(row, "notices").map((one) => ({
        channel: textOf(one["channel"]) ?? "",
        target: textOf(one["target"]) ?? "",
        status: textOf(one["status"]) ?? "unknown",
        attempts: numberOf(one["attempts"]),
        reason: textOf(one["reason"]),
      })),
    },
  ];
}

/** "system.cpu.usage_percent above 90, ends at 80, for 5 min". */
function conditionOf(row: Row): string {
  const verdict = textOf(row["verdict"]);
  const parts = [verdict === "*" ? "any verdict" : verdict !== null ? `verdict ${verdict}` : `${textOf(row["metric"]) ?? ""}${levelOf(row)}`];
  if (typeof row["ends_at"] === "number") parts.push(`ends at ${row["ends_at"]}`);
  const hold = numberOf(row["for_seconds"]);
  if (hold > 0) parts.push(`for ${inWords(hold, "duration")}`);
  const quiet = textsOf(row["quiet"]);
  if (quiet.length > 0) parts.push(`quiet ${quiet.join(", ")}${row["timezone"] == null ? "" : ` ${String(row["timezone"])}`}`);
  return parts.join(", ");
}

function levelOf(row: Row): string {
  const words = textsOf(row["words"]);
  const missing = row["missing"] === "fire" ? " or missing" : "";
  if (words.length > 0) return ` is ${words.join(" or ")}${missing}`;
  if (typeof row["above"] === "number") return ` above ${row["above"]}${missing}`;
  return typeof row["below"] === "number" ? ` below ${row["below"]}${missing}` : " missing";
}

type Row = Record<string | number, unknown>;

function rowsOf(of: unknown, key: string): Row[] {
  const rows = isRecord(of) ? of[key] : null;
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
