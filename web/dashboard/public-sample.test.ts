import { expect, it } from "vitest";
import type { Sample } from "../client/src/contract";
import { chartRows } from "./charts";
import { publicRows, whole } from "./public-sample";

const narrow = {
  id: "a-1",
  timestamp: "2026-11-29T00:00:00.000Z",
  interval_seconds: 1,
  system: { cpu: { usage_percent: 5, pressure: { some: { now_percent: 1 } } } },
} as unknown as Partial<Sample>;

it("makes a sample whole without inventing a value", () => {
  const made = whole(narrow);
  expect(made.system.cpu?.usage_percent).toBe(5);
  expect([made.system.memory, made.system.gpus, made.ledger]).toEqual([null, null, null]);
  expect([made.ai.components, made.server.collectors, made.verdicts, made.unavailable]).toEqual([{}, {}, [], []]);
});

it("shows only what lies in the public sections, also of charts that have lines of several", () => {
  const rows = publicRows(chartRows(whole(narrow)), ["system.cpu"]);
  expect(rows.map(({ key }) => key)).toEqual(["cpu", "pressure", "load"]);
  const [cpu, pressure] = rows;
  expect(pressure?.lines.map(({ label }) => label)).toEqual(["cpu"]);
  expect(pressure?.facts).toEqual([]);
  const places = [...(cpu?.lines ?? []), ...(cpu?.facts ?? []).flatMap(({ paths }) => paths.map((path) => ({ path })))];
  expect(places.every(({ path }) => path[0] === "system" && path[1] === "cpu")).toBe(true);
  expect(publicRows(chartRows(whole(narrow)), ["server"])).toEqual([]);
  expect(publicRows(chartRows(null), ["system"]).map(({ key }) => key)).toEqual(chartRows(null).map(({ key }) => key));
});
