import { expect, it } from "vitest";
import { machineName, machineWords } from "./machine-watch";

it("says that a machine is silent, and since when", () => {
  const row = { name: "gpubox", status: "silent", last_seen: "2026-11-28T14:03:07.000Z" };
  expect(machineWords({ rows: [row] })).toMatch(/^gpubox is silent: .* Its newest sample came at .*:03:07\.$/);
  expect(machineWords({ rows: [{ ...row, status: "unknown", last_seen: null }] })).toMatch(/does not hear the bus.*gpubox fares\.$/);
});

it("says what the hub says of a machine that it cannot name", () => {
  expect(machineWords({ error: { code: "unknown-host", message: "no machine of this name or id is known" } })).toBe("No machine of this name or id is known.");
});

it("says nothing of a live machine, or of an answer that it does not understand", () => {
  for (const answer of [{ rows: [{ name: "a", status: "live" }] }, { rows: [] }, { rows: [5] }, {}, null, "x", { error: {} }]) expect(machineWords(answer)).toBeNull();
});

it("knows the name that a sample of a fleet bears", () => {
  expect(machineName({ host: { id: "1", name: "gpubox" } })).toBe("gpubox");
  for (const sample of [null, {}, { host: null }, { host: { name: 5 } }]) expect(machineName(sample)).toBeNull();
});
