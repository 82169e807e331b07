import { expect, test } from "vitest";
import { commandOf } from "./command-line";

test("a command line is told where there is one", () => {
  expect(commandOf({ command: "python train.py --token ***" })).toBe("python train.py --token ***");
});

test.each([{}, { command: null }, { command: "" }, { command: 1 }, { command: ["python"] }])("%j has none", (workload) => {
  expect(commandOf(workload)).toBeNull();
});
