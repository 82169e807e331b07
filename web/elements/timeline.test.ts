import { beforeEach, describe, expect, it } from "vitest";
import type { SampleBase } from "./path";
import { Timeline } from "./timeline";

const START = Date.parse("2026-11-24T09:00:00.000Z");
const VALUE = ["value"] as const;

function sample(sequence: number, seconds = sequence, epoch = "a"): SampleBase & { value: number } {
  const timestamp = new Date(START + seconds * 1000).toISOString();
  return { id: `${epoch}-${sequence}`, timestamp, interval_seconds: 1, value: sequence };
}

let pictures: (() => void)[];
let timeline: Timeline;

beforeEach(() => {
  pictures = [];
  timeline = new Timeline({ longestSeconds: 600, schedule: (callback) => pictures.push(callback) });
  timeline.column(VALUE);
});

function append(...sequences: number[]): void {
  for (const sequence of sequences) timeline.append(sample(sequence));
}

function rows(): (number | string)[] {
  const { rows: ring } = timeline;
  return Array.from({ length: ring.count }, (_, row) => [ring.broken(row) ? "gap" : [], timeline.series(VALUE).value(row)].flat()).flat();
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("samples", () => {
  it("keeps as many as the window shows, however short their interval, and no more than twice that", () => {
    for (const window of [{ points: 400 }, { seconds: 40 }]) {
      const alone = new Timeline({ schedule: () => undefined });
      alone.window = window;
      for (const sequence of range(1, 2000)) alone.append({ ...sample(sequence, sequence / 10), interval_seconds: 0.1 });
      expect(alone.view()?.count).toBeGreaterThanOrEqual(400);
      expect(alone.rows.count).toBeLessThan(900);
    }
  });

  it("keeps values in order and breaks where one is missing", () => {
    append(1, 2, 5, 6);
    expect(rows()).toEqual([1, 2, "gap", 5, 6]);
  });

  it("breaks where the server told of a gap, and tells why", () => {
    append(1);
    timeline.tellGap("the machine was too busy");
    append(2);
    expect(rows()).toEqual([1, "gap", 2]);
    timeline.pointAt(START + 1500);
    expect(timeline.missingAtCursor()).toBe("the machine was too busy");
    append(3);
    expect(rows()).toEqual([1, "gap", 2, 3]);
  });

  it("gives up what is older when the machine's clock was set back", () => {
    append(10, 11);
    timeline.freeze(true);
    timeline.append(sample(12, 5));
    expect(rows()).toEqual([12]);
    expect(timeline.frozen).toBe(false);
    expect(timeline.view()?.count).toBe(1);
  });

  it("knows the newest values of a column that is named later", () => {
    append(...range(1, 25));
    timeline.prepend([sample(0), sample(1)]);
    const late = timeline.series(["interval_seconds"]);
    expect([0, 5, 6, 25].map((row) => late.value(row))).toEqual([NaN, NaN, 1, 1]);
  });

  it("keeps a window of ten minutes at ten samples a second", () => {
    for (let tick = 0; tick < 6500; tick += 1) timeline.append({ ...sample(tick, tick / 10), interval_seconds: 0.1 });
    timeline.window = { seconds: 600 };
    expect(timeline.view()?.count).toBe(6001);
    expect(timeline.statistics().overwritten).toBe(0);
  });
});

describe("prepend", () => {
  it("joins older samples without a seam or a double", () => {
    append(8, 9, 10);
    expect(timeline.prepend(range(4, 10).map((sequence) => sample(sequence)))).toBe(4);
    append(11);
    expect(rows()).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(timeline.oldestId).toBe("a-4");
  });

  it("joins at the oldest row, also when newer samples came while it was fetched", () => {
    append(8);
    const answer = range(6, 8).map((sequence) => sample(sequence));
    append(9);
    timeline.prepend(answer);
    expect(rows()).toEqual([6, 7, 8, 9]);
  });

  it("takes nothing from an answer that does not reach the oldest row", () => {
    append(8);
    expect(timeline.prepend(range(1, 5).map((sequence) => sample(sequence)))).toBe(0);
    expect(rows()).toEqual([8]);
  });

  it("breaks where the older samples have a gap, and at the join", () => {
    append(8);
    timeline.prepend([sample(2), sample(3), sample(6), sample(8)]);
    expect(rows()).toEqual([2, 3, "gap", 6, "gap", 8]);
  });

  it("asks once more for what a larger window lacks", () => {
    append(50);
    timeline.prepend(range(30, 50).map((sequence) => sample(sequence)));
    timeline.prepend(range(10, 50).map((sequence) => sample(sequence)));
    expect(rows()).toEqual(range(10, 50));
  });
});

describe("the window", () => {
  it("shows as many points as it says, and the row before for the line to come in from", () => {
    append(...range(1, 50));
    const view = timeline.view();
    expect(view).toMatchObject({ count: 20, rows: 21, first: 29 });
    expect(view?.endMilliseconds).toBe(START + 50_000);
    expect(view?.startMilliseconds).toBe(START + 31_000);
  });

  it("counts a row that came a little early as within", () => {
    for (const sequence of range(1, 30)) timeline.append(sample(sequence, sequence + (sequence % 2 === 0 ? 0.1 : -0.1)));
    expect(timeline.view()?.count).toBe(20);
  });

  it("slides by time, so that a gap takes its room", () => {
    append(...range(1, 10), ...range(41, 45));
    expect(timeline.view()?.count).toBe(5);
  });

  it("stands still while frozen, and keeps what comes meanwhile", () => {
    append(...range(1, 30));
    timeline.freeze(true);
    append(...range(31, 40));
    expect(timeline.sample?.id).toBe("a-30");
    expect(timeline.view()?.endMilliseconds).toBe(START + 30_000);
    timeline.freeze(false);
    expect(timeline.sample?.id).toBe("a-40");
    expect(timeline.view()?.count).toBe(20);
  });
});

describe("the cursor", () => {
  const read = (): number => timeline.series(VALUE).value(timeline.readingRow());

  it("reads the newest value without a cursor", () => {
    append(1, 2, 3);
    expect(read()).toBe(3);
  });

  it("reads the row nearest to it, and none in a gap", () => {
    append(1, 2, 3, 9);
    timeline.pointAt(START + 2400);
    expect(read()).toBe(2);
    timeline.pointAt(START + 6000);
    expect(timeline.readingRow()).toBe(-1);
    expect(timeline.missingAtCursor()).toBe("5 samples are missing");
  });

  it("stays at its distance from the end while the data moves", () => {
    append(1, 2, 3);
    timeline.pointBeforeEnd(1000);
    expect(read()).toBe(2);
    append(4);
    expect(read()).toBe(3);
  });

  it("steps from the newest row and stays within the window", () => {
    append(...range(1, 30));
    timeline.step(-1);
    expect(read()).toBe(29);
    timeline.step(-10);
    expect(read()).toBe(19);
    timeline.step(-100);
    expect(read()).toBe(11);
    timeline.step(100);
    expect(read()).toBe(30);
  });
});

describe("listeners", () => {
  it("are told once a picture, however much changed", () => {
    let told = 0;
    timeline.subscribe(() => (told += 1));
    append(1, 2, 3);
    timeline.pointAt(START);
    expect(pictures).toHaveLength(1);
    pictures.shift()?.();
    expect(told).toBe(1);
    append(4);
    expect(pictures).toHaveLength(1);
  });

  it("are not told after they left", () => {
    let told = 0;
    const leave = timeline.subscribe(() => (told += 1));
    append(1);
    leave();
    pictures.shift()?.();
    expect(told).toBe(0);
    expect(timeline.statistics().listeners).toBe(0);
  });
});
