import { expect, it } from "vitest";
import type { Sample } from "../client/src/contract";
import { Timeline } from "../elements/timeline";
import { chartRows } from "./charts";
import { WORKLOADS } from "./measures";
import { withPartOf } from "./workload-lines";

const gpu = (index: number, memory: number | null): object => ({ uuid: `GPU-${index}`, index, memory_total_bytes: memory });

function told(gpus: readonly object[], cores: number | null, row: object = {}): { sample: Sample; lines: (key: string) => string[] } {
  const sample = {
    id: "e-1", timestamp: "2026-11-24T09:50:48.123Z", interval_seconds: 1, unavailable: [],
    system: { cpu: { count_logical: cores }, gpus },
    ledger: { workloads_count: 1, workloads: [{ id: "run:a", name: "a", cpu_percent: 200, gpu_memory_bytes: 30, ...row }] },
  } as unknown as Sample;
  const timeline = new Timeline({ schedule: () => {} });
  timeline.append(sample);
  const list = timeline.list(WORKLOADS);
  const lines = (key: string): string[] => {
    const found = chartRows(sample).find((one) => one.key === key);
    if (found === undefined) throw new Error(`no chart ${key}`);
    return withPartOf("run:a", "hue-3", found, sample, list).lines
      .filter(({ series }) => series !== undefined)
      .map(({ label, path, series, of = 1 }) => `${label}: ${String(path.at(-1))} ${(series?.value(0) ?? 0) / of}`);
  };
  return { sample, lines };
}

it("a workload's CPU is told as a share of the machine, which the chart is of", () => {
  expect(told([], 8).lines("cpu")).toEqual(["its part: cpu_percent 25"]);
  expect(told([], null).lines("cpu")).toEqual([]);
});

it("its disk traffic has a line each way", () => {
  const { lines } = told([], 8, { read_bytes_per_second: 5, write_bytes_per_second: 7 });
  expect(lines("disk")).toEqual(["it reads: read_bytes_per_second 5", "it writes: write_bytes_per_second 7"]);
});

it("its network is told where it has one of its own", () => {
  expect(told([], 8).lines("network")).toEqual([]);
  expect(told([], 8, { received_bytes_per_second: 1, sent_bytes_per_second: 2 }).lines("network")).toHaveLength(2);
});

it("its GPU time and memory are of all GPUs together, as the ledger has them", () => {
  expect(told([gpu(0, 60)], 8, { gpu_percent: 40 }).lines("gpu GPU-0")).toEqual(["its time: gpu_percent 40", "it holds: gpu_memory_bytes 50"]);
  const two = told([gpu(0, 60), gpu(1, 60)], 8, { gpu_percent: 40 });
  expect(two.lines("gpu GPU-1")).toEqual(["its time of 2: gpu_percent 20", "it holds of 2: gpu_memory_bytes 25"]);
  expect(told([gpu(0, null)], 8, { gpu_percent: 40 }).lines("gpu GPU-0")).toEqual(["its time: gpu_percent 40"]);
});

it("pressure and load are of the whole machine alone", () => {
  expect(told([], 8).lines("load")).toEqual([]);
});
