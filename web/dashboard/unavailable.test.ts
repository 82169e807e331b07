import { expect, it } from "vitest";
import { causes } from "./unavailable";

it("tells each reason once, the one first that leaves out the most", () => {
  const rows = [
    { path: "system.sensors.fans", reason: "no hwmon" },
    { path: "ledger", reason: "not there yet" },
    { path: "system.sensors.battery", reason: "a desktop" },
    { path: "system.cpu.frequency_hz", reason: "no hwmon" },
  ];
  expect(causes(rows)).toEqual([
    { reason: "no hwmon", paths: ["system.cpu.frequency_hz", "system.sensors.fans"] },
    { reason: "a desktop", paths: ["system.sensors.battery"] },
    { reason: "not there yet", paths: ["ledger"] },
  ]);
  expect(causes([])).toEqual([]);
});
