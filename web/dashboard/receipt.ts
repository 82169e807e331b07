// The receipt of a run as the page shows it: its numbers, and in words what limited it.

import { duration } from "../elements/format";
import { isRecord } from "../elements/path";

const CAUSES: Readonly<Record<string, string>> = {
  cpu: "waiting for processors",
  memory: "waiting for memory",
  disk: "waiting for disks",
  "cpu-quota": "held back by the CPU quota",
  "memory-limit": "processes ended at the memory limit",
  "gpu-power": "GPU clocks held down by power",
  "gpu-thermal": "GPU clocks held down by heat",
  "gpu-other": "GPU clocks held down",
};
const WHOSE: Readonly<Record<string, string>> = { cgroup: ", with others in its control group", machine: ", of the whole machine" };

/** Numbers that were read, and a line for each limit; reasons of what was not are left to the API. */
export function receiptToShow(receipt: unknown): Record<string, unknown> | null {
  if (!isRecord(receipt)) return null;
  const { limits, unavailable: _, watch_cpu_seconds: __, ...numbers } = receipt;
  const rows = Array.isArray(limits) ? limits.filter(isRecord) : [];
  if (!Array.isArray(limits)) return numbers;
  return { ...numbers, limited_by: rows.length === 0 ? "nothing that was seen" : rows.map(limitInWords).join("; ") };
}

export function limitInWords(limit: Record<string, unknown>): string {
  const cause = typeof limit["cause"] === "string" ? limit["cause"] : "";
  const words = Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : cause;
  const of = typeof limit["of"] === "string" && Object.hasOwn(WHOSE, limit["of"]) ? WHOSE[limit["of"]] : "";
  const { seconds, share_percent: share, count } = limit;
  if (typeof seconds === "number" && typeof share === "number") {
    const { number, unit } = duration(seconds);
    return `${words} for ${number} ${unit}, ${share.toFixed(share < 10 ? 1 : 0)} % of the time${of}`;
  }
  return `${words}${typeof count === "number" ? `: ${count}` : ""}${of}`;
}
