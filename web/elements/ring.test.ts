import { describe, expect, it } from "vitest";
import { ColumnRing } from "./ring";

function filled(capacity: number, times: readonly number[]): { ring: ColumnRing; column: number } {
  const ring = new ColumnRing(capacity);
  const column = ring.addColumn();
  for (const time of times) {
    ring.append(time, false);
    ring.set(column, ring.count - 1, time * 10);
  }
  return { ring, column };
}

function contents(ring: ColumnRing, column: number): number[][] {
  return Array.from({ length: ring.count }, (_, row) => [ring.time(row), ring.value(column, row)]);
}

describe("ColumnRing", () => {
  it("overwrites the oldest row when it is full and counts that", () => {
    const { ring, column } = filled(3, [1, 2, 3, 4, 5]);
    expect(contents(ring, column)).toEqual([[3, 30], [4, 40], [5, 50]]);
    expect(ring.statistics()).toEqual({ rows: 3, capacity: 3, columns: 1, overwritten: 2 });
  });

  it("does not show an old value in a row that was used before", () => {
    const { ring, column } = filled(2, [1, 2]);
    ring.append(3, true);
    expect(ring.value(column, 1)).toBeNaN();
    expect(ring.broken(1)).toBe(true);
    ring.append(4, false);
    expect(ring.broken(1)).toBe(false);
  });

  it("takes older rows in front while there is room", () => {
    const { ring, column } = filled(4, [5, 6]);
    expect(ring.prepend(4, false)).toBe(true);
    expect(ring.prepend(3, true)).toBe(true);
    expect(ring.prepend(2, false)).toBe(false);
    expect(contents(ring, column).map(([time]) => time)).toEqual([3, 4, 5, 6]);
    expect(ring.value(column, 0)).toBeNaN();
    ring.append(7, false);
    expect(ring.time(0)).toBe(4);
  });

  it("copies over the end of its storage", () => {
    const { ring, column } = filled(4, [1, 2, 3, 4, 5, 6]);
    const times = new Float64Array(3);
    const values = new Float64Array(3);
    const breaks = new Uint8Array(3).fill(7);
    ring.copyTimes(1, 3, times);
    ring.copyColumn(column, 1, 3, values);
    ring.copyBreaks(1, 3, breaks);
    expect([...times]).toEqual([4, 5, 6]);
    expect([...values]).toEqual([40, 50, 60]);
    expect([...breaks]).toEqual([0, 0, 0]);
  });

  it("keeps all rows when it grows", () => {
    const { ring, column } = filled(3, [1, 2, 3, 4]);
    ring.setBroken(1, true);
    ring.grow(5);
    ring.append(5, false);
    ring.append(6, false);
    expect(contents(ring, column)).toEqual([[2, 20], [3, 30], [4, 40], [5, NaN], [6, NaN]]);
    expect([0, 1, 2, 3].map((row) => ring.broken(row))).toEqual([false, true, false, false]);
  });

  it("finds the first row at a time or after it", () => {
    const { ring } = filled(4, [10, 20, 30, 40, 50]);
    expect([5, 20, 21, 50, 51].map((time) => ring.firstAt(time))).toEqual([0, 0, 1, 3, 4]);
    expect(new ColumnRing(2).firstAt(1)).toBe(0);
  });

  it("has no values in a column that came later", () => {
    const { ring } = filled(3, [1, 2]);
    const late = ring.addColumn();
    expect(ring.value(late, 0)).toBeNaN();
  });
});
