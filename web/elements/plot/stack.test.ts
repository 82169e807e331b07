import { describe, expect, it } from "vitest";
import { pile, ranked, remainder, weightOf } from "./stack";

const columns = (...values: number[][]): Float64Array[] => values.map((one) => Float64Array.from(one));
const NONE = Number.NaN;

describe("ranked", () => {
  const weights = new Map([["a", 5], ["b", 50], ["c", 0], ["d", 7]]);

  it("begins with the largest, and leaves out what is nothing", () => {
    expect(ranked(weights, [], 20)).toEqual(["b", "d", "a"]);
    expect(ranked(weights, [], 2)).toEqual(["b", "d"]);
  });

  it("keeps an order as long as none is clearly larger", () => {
    expect(ranked(weights, ["a", "d", "b"], 20)).toEqual(["b", "a", "d"]);
    expect(ranked(new Map([["a", 10], ["b", 14]]), ["a", "b"], 20)).toEqual(["a", "b"]);
    expect(ranked(new Map([["a", 10], ["b", 16]]), ["a", "b"], 20)).toEqual(["b", "a"]);
  });

  it("forgets what has gone and has the chosen one always", () => {
    expect(ranked(weights, ["gone", "b"], 20)).toEqual(["b", "d", "a"]);
    expect(ranked(weights, [], 1, "c")).toEqual(["c"]);
    expect(ranked(weights, [], 2, "a")).toEqual(["b", "a"]);
  });
});

it("the weight of a column is the sum of what is in it", () => {
  expect(weightOf(Float64Array.from([1, NONE, 2, 100]), 3)).toBe(3);
});

describe("remainder", () => {
  it("is all that is named less what is drawn by itself, a row each", () => {
    const rest = new Float64Array(4);
    // The list together, those that it does not name; then two layers, of which one comes and goes.
    remainder(columns([10, 20, 30, NONE], [1, NONE, 2, NONE]), columns([4, 5, 6, NONE], [NONE, 15, NONE, NONE]), 4, rest);
    expect([...rest]).toEqual([7, 0, 26, NONE]);
  });

  it("is 0 and not less where rounding makes it so", () => {
    const rest = new Float64Array(1);
    remainder(columns([0.3]), columns([0.1], [0.2 + 1e-15]), 1, rest);
    expect(rest[0]).toBe(0);
  });
});

describe("pile", () => {
  it("sets each layer upon those before it; one that is not there is 0 high", () => {
    const layers = columns([1, 2, NONE], [NONE, 3, 4], [5, NONE, NONE]);
    expect(pile(layers, Uint8Array.from([1, 1, 1]), 3)).toBe(6);
    expect(layers.map((layer) => [...layer])).toEqual([[1, 2, 0], [1, 5, 4], [6, 5, 4]]);
  });

  it("has nothing in a row that was not read", () => {
    const layers = columns([1, NONE], [2, NONE]);
    expect(pile(layers, Uint8Array.from([1, 0]), 2)).toBe(3);
    expect(layers.map((layer) => [...layer])).toEqual([[1, NONE], [3, NONE]]);
  });
});
