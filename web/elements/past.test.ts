import { beforeEach, describe, expect, it } from "vitest";
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
let past: Past;

beforeEach(() => {
  timeline = new Timeline({ longestSeconds: 600, schedule: () => undefined });
  timeline.column(["system", "cpu", "usage_percent"]);
  timeline.column(["system", "gpus", "GPU-1", "power_watts"]);
  asked = [];
  kept = range(1, 1000);
  past = new Past(timeline, async (path, query) => {
    expect(path).toBe("metrics/json");
    asked.push(query);
    const after = Number(query["since"]?.split("-")[1]);
    return Response.json({ samples: kept.filter((one) => Number(one.id.split("-")[1]) > after), gap: null });
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
