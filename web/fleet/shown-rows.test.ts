import { expect, it } from "vitest";
import { rowOfKey, scrollTo, stretchAt } from "./shown-rows";

it("holds no more rows than can be seen and some around them, wherever a table of 1,000 is scrolled to", () => {
  for (let scrolled = 0; scrolled <= 38_000; scrolled += 37) {
    const { first, end } = stretchAt(scrolled, 760, 38, 1000);
    expect(end - first).toBeLessThanOrEqual(20 + 1 + 16);
    expect(first * 38).toBeLessThanOrEqual(scrolled);
    expect(end === 1000 || end * 38 >= scrolled + 760).toBe(true);
  }
});

it("holds the rows that there are where a filter has left few", () => {
  expect(stretchAt(30_000, 760, 38, 3)).toEqual({ first: 2, end: 3 });
  expect(stretchAt(0, 760, 38, 0)).toEqual({ first: 0, end: 0 });
});

it("scrolls only as far as it takes to see a row whole", () => {
  expect(scrollTo(5, 0, 760, 38)).toBeNull();
  expect(scrollTo(20, 0, 760, 38)).toBe(38);
  expect(scrollTo(5, 380, 760, 38)).toBe(190);
});

it("goes from row to row by keys, and stays inside", () => {
  expect(rowOfKey("ArrowDown", -1, 10, 5)).toBe(0);
  expect(rowOfKey("ArrowDown", 4, 10, 5)).toBe(4);
  expect(rowOfKey("PageDown", 0, 3, 5)).toBe(3);
  expect(rowOfKey("End", 0, 3, 5)).toBe(4);
  expect(rowOfKey("Home", 4, 3, 5)).toBe(0);
  expect(rowOfKey("x", 0, 3, 5)).toBeNull();
  expect(rowOfKey("constructor", 0, 3, 5)).toBeNull();
  expect(rowOfKey("End", 0, 3, 0)).toBeNull();
});
