import { describe, expect, it } from "vitest";
import { parseSteps, withNewest } from "./run-steps";

const answer = { id: "a", timestamps: ["t", "t", "t"], step: [1, 2, 3], loss: [3, null, 1], note: ["x", "y", "z"], gflops: [null, null, null] };

describe("parseSteps", () => {
  it("takes the columns of numbers, without those that hold none", () => {
    const { steps, columns } = parseSteps(answer);
    expect(steps).toEqual([1, 2, 3]);
    expect([...columns]).toEqual([["loss", [3, null, 1]]]);
    expect(parseSteps({ id: "a", columns: answer })).toEqual(parseSteps(answer));
  });

  it("begins anew where the step falls, as of a run that was started again", () => {
    const { steps, columns } = parseSteps({ step: [1, 2, 3, 1, 2], loss: [9, 8, 7, 6, 5] });
    expect(steps).toEqual([1, 2]);
    expect(columns.get("loss")).toEqual([6, 5]);
  });

  it("leaves out what is no step, and the same one twice", () => {
    expect(parseSteps({ step: [null, 1, 1, "2", 3], loss: [0, 1, 2, 3, 4] }).columns.get("loss")).toEqual([1, 4]);
  });

  it("is empty for an answer of another form", () => {
    for (const other of [null, 7, [], {}, { step: 3 }]) expect(parseSteps(other).steps).toEqual([]);
  });
});

it("goes on with the live step, once", () => {
  const curve = parseSteps(answer);
  const longer = withNewest(curve, 4, { loss: 0.5 });
  expect([longer.steps.at(-1), longer.columns.get("loss")?.at(-1)]).toEqual([4, 0.5]);
  expect(withNewest(longer, 4, { loss: 9 })).toBe(longer);
});
