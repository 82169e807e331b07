import { beforeEach, describe, expect, it } from "vitest";
import type { Gap } from "../client/src/contract";
import type { SampleBase } from "./path";
import { Timeline } from "./timeline";
import { Past } from "./past";

function sample(sequence: number, epoch = "a"): SampleBase {
  return { id: `${epoch}-${sequence}`, timestamp: new Date(1e12 + sequence * 1000).toISOString(), interval_seconds: 1 };
}

const range = (from: number, to: number): SampleBase[] => Array.from({ length: to - from + 1 }, (_, index) => sample(from + index));

let timeline: Timeline;
let asked: Readonly<Record<string, string>>[];
let kept: SampleBase[];
let gaps: Map<string, Gap>;
let past: Past;

beforeEach(() => {
  timeline = new Timeline({ longestSeconds: 600, schedule: () => undefined });
  timeline.column(["system", "cpu", "usage_percent"]);
  timeline.column(["system", "gpus", "GPU-1", "power_watts"]);
  asked = [];
  kept = range(1, 1000);
  gaps = new Map();
  past = new Past(timeline, async (path, given) => {
    const query = given as Readonly<Record<string, string>>;
    expect(path).toBe("metrics/json");
    asked.push(query);
    const after = Number(query["since"]?.split("-")[1]);
    const samples = kept.filter((one) => Number(one.id.split("-")[1]) > after);
    // As the server does: an answer ends before a gap, with which the next one begins.
    const end = samples.findIndex((one, index) => index > 0 && gaps.has(one.id));
    return Response.json({ samples: samples.slice(0, end < 0 ? samples.length : end), gap: gaps.get(samples[0]?.id ?? "") ?? null });
  });
});

describe("Past", () => {
  it("asks for what the window lacks, and only for what is drawn", async () => {
    timeline.append(sample(1000));
    await past.fill();
    expect(asked).toEqual([{ since: "a-979", sections: "system.cpu,system.gpus" }]);
    expect(timeline.view()?.count).toBe(20);
    expect(timeline.rows.count).toBe(21);
  });

  it("goes on over gaps, and breaks the line where the server told of one", async () => {
    gaps.set("a-990", { from: "a-989", to: "a-990", lost: 2, reason: "missed-ticks" });
    gaps.set("a-1000", { from: "a-999", to: "a-1000", lost: 1, reason: "missed-ticks" });
    timeline.append(sample(1000));
    await past.fill();
    expect(asked.map(({ since }) => since)).toEqual(["a-979", "a-989", "a-999"]);
    const { rows } = timeline;
    expect(rows.count).toBe(21);
    expect(Array.from({ length: 21 }, (_, row) => row).filter((row) => rows.broken(row))).toEqual([10, 20]);
    timeline.pointAt(rows.time(10) - 1000 / 3);
    expect(timeline.missingAtCursor()).toBe("the machine was too busy to be sampled, or asleep, 2 lost");
  });

  it("asks again for a larger window, and not for a smaller one", async () => {
    timeline.append(sample(1000));
    await past.fill();
    timeline.window = { seconds: 300 };
    await past.fill();
    expect(timeline.view()?.count).toBe(301);
    timeline.window = { seconds: 60 };
    await past.fill();
    expect(asked).toHaveLength(2);
  });

  it("never asks for more than the server keeps", async () => {
    timeline.append(sample(1000));
    timeline.window = { seconds: 6000 };
    await past.fill();
    expect(asked[0]?.["since"]).toBe("a-400");
  });

  it("does not ask again when there is nothing older", async () => {
    kept = [sample(1000)];
    timeline.append(sample(1000));
    await past.fill();
    timeline.window = { seconds: 60 };
    await past.fill();
    expect(asked).toHaveLength(1);
  });

  it("asks for nothing before the first sample, nor over a new start of the server", async () => {
    await past.fill();
    timeline.append(sample(990));
    timeline.append(sample(991, "b"));
    await past.fill();
    expect(asked).toHaveLength(0);
  });

  it("leaves the charts as they are when it fails, and tries again the next time", async () => {
    const failing = new Past(timeline, async () => new Response("", { status: 503 }));
    timeline.append(sample(1000));
    await failing.fill();
    expect(timeline.rows.count).toBe(1);
    await past.fill();
    expect(timeline.rows.count).toBe(21);
  });
});
