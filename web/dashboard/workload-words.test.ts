import { expect, it } from "vitest";
import type { Basis } from "../client/src/contract";
import { grounds, kindInWords } from "./workload-words";

const basis: Basis = { found_by: "program-and-user", cpu: "clocks", memory: "pss", power: "none" };
const words = (part: Partial<Basis>): Record<string, string> =>
  Object.fromEntries(grounds({ ...basis, ...part }).map(({ of, words: told }) => [of, told]));

it("says of each number whether it was measured, estimated or is not told", () => {
  expect(words({})).toMatchObject({ CPU: expect.stringMatching(/^measured/), memory: expect.stringMatching(/^measured/), power: "not told" });
  expect(words({ cpu: "interrupt-ticks", memory: "none", power: "estimated" })).toMatchObject({
    CPU: expect.stringMatching(/^estimated/), memory: "not told", power: expect.stringMatching(/^estimated/),
  });
  expect(words({ found_by: "run-label" })["its processes"]).toContain("zeropoint run");
});

it("tells what a newer server says as it is", () => {
  const newer = { ...basis, found_by: "seance", cpu: "guessed" } as unknown as Basis;
  expect(grounds(newer).map(({ words: told }) => told).slice(0, 2)).toEqual(["belong together by seance", "guessed"]);
  expect(kindInWords({ kind: "ghost" as "run", user: "ada" })).toBe("ghost of ada");
});

it("says what a workload is and whose, but the kernel is nobody's", () => {
  expect(kindInWords({ kind: "program", user: "ada" })).toBe("a program of ada");
  expect(kindInWords({ kind: "kernel", user: "root" })).toBe("the kernel");
});
