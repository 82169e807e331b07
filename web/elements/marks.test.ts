import { describe, expect, it } from "vitest";
import { inOrder, marksBetween, marksInWords, type Mark } from "./marks";

const mark = (milliseconds: number, label = "m"): Mark => ({ milliseconds, label, kind: "start", alarming: false });

describe("marks", () => {
  it("stand in the order of time, without those whose time cannot be read", () => {
    const given = [mark(3), mark(Number.NaN), mark(1), mark(2)];
    expect(inOrder(given).map(({ milliseconds }) => milliseconds)).toEqual([1, 2, 3]);
    expect(given[0]?.milliseconds).toBe(3);
  });

  it("are bounded: the newest stay", () => {
    const kept = inOrder(Array.from({ length: 1000 }, (_, index) => mark(index)));
    expect(kept.length).toBe(400);
    expect(kept.at(-1)?.milliseconds).toBe(999);
  });

  it("are those of the window, its ends included", () => {
    expect(marksBetween([mark(1), mark(2), mark(3), mark(4)], 2, 3).map(({ milliseconds }) => milliseconds)).toEqual([2, 3]);
  });

  it("are told in words, the newest five, and how many came before", () => {
    expect(marksInWords([])).toBe("");
    expect(marksInWords([mark(0, "train began")])).toMatch(/^ Marks: \d+ \w+ \d+ \d\d:\d\d:\d\d train began\.$/);
    expect(marksInWords(Array.from({ length: 7 }, (_, index) => mark(index, `m${index}`)))).toMatch(/^ Marks: 2 earlier; [^;]+ m2;.* m6\.$/);
  });
});
