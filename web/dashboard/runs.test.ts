import { describe, expect, it } from "vitest";
import { endInWords, leaves, marksOfRuns, parseRuns, runsAt, secondsOf, toneOf } from "./runs";

const [running, failed] = parseRuns({
  runs: [
    { id: "b", name: "<i>train</i>", kind: "tinygrad", status: "running", started: "2026-11-24T10:00:00.000Z", ended: null, exit_code: null },
    { id: "a", name: null, kind: "petals", status: "failed", started: "2026-11-24T09:00:00Z", ended: "2026-11-24T09:12:30Z", exit_code: 3 },
  ],
});

describe("runs", () => {
  it("are read out of the answer, and nothing out of another", () => {
    expect(running?.name).toBe("<i>train</i>");
    expect(failed?.name).toBe("a");
    for (const answer of [null, {}, { runs: 3 }, { runs: [null, 7, {}] }, []]) expect(parseRuns(answer)).toEqual([]);
  });

  it("mark where they began and ended, and how", () => {
    expect(marksOfRuns([running!]).map(({ label, kind }) => [label, kind])).toEqual([["<i>train</i> began (tinygrad)", "start"]]);
    const [, end] = marksOfRuns([failed!]);
    expect(end).toEqual({
      milliseconds: Date.parse("2026-11-24T09:12:30Z"), kind: "end", label: "a failed, exit code 3, after 12 min", alarming: true,
    });
  });

  it("last until now, until their end, or for a time that is not known", () => {
    expect(secondsOf(running!, Date.parse("2026-11-24T10:00:05Z"))).toBe(5);
    expect(secondsOf(failed!, Number.NaN)).toBe(750);
    expect(secondsOf({ ...failed!, ended: null }, Date.now())).toBeNull();
    expect(secondsOf({ ...running!, started: "soon" }, Date.now())).toBeNull();
  });

  it("say how they ended, also by a word that this page does not know", () => {
    expect([toneOf(running!), toneOf(failed!)]).toEqual(["good", "bad"]);
    expect(endInWords({ ...failed!, status: "stopped", exitCode: 130 })).toBe("stopped, exit code 130, after 12 min");
    expect(endInWords({ ...failed!, status: "a new word", exitCode: 0 })).toBe("ended, exit code 0, after 12 min");
    expect(toneOf({ ...running!, status: "a new word" })).toBe("unknown");
  });
});

it("tells nested parameters a line each, and not without end", () => {
  expect(leaves({ lr: 0.1, optimizer: { name: "adam", betas: [0.9, 0.99] }, none: null, jit: true })).toEqual([
    ["lr", 0.1],
    ["optimizer.name", "adam"],
    ["optimizer.betas", "[0.9,0.99]"],
    ["jit", "true"],
  ]);
  expect(leaves(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, index])))).toHaveLength(40);
  expect(leaves("text")).toEqual([]);
});

it("of a past moment has the runs that had begun, and none of their ends that were to come", () => {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const row = (id: string, started: number | null, ended: number | null, status: string): object => ({
    id, name: id, kind: "tinygrad", status, started: started === null ? null : at(started), ended: ended === null ? null : at(ended), exit_code: 0, receipt: {},
  });
  const runs = parseRuns({
    runs: [row("over", 10, 20, "finished"), row("later", 10, 90, "failed"), row("to-come", 70, null, "running"), row("on", 30, null, "running"), row("gone", 30, null, "unknown"), row("x", null, null, "unknown")],
  });
  expect(runsAt(runs, 50_000).map(({ id, status, ended, exitCode }) => [id, status, ended, exitCode])).toEqual([
    ["over", "finished", at(20), 0],
    ["later", "running", null, null],
    ["on", "running", null, null],
    ["gone", "unknown", null, 0],
  ]);
});
