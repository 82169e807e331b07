import { describe, expect, it } from "vitest";
import { atTick, ago, bytes, duration, inWords, show, threeDigits, unitOf } from "./format";
import { pathOf } from "./path";

describe("threeDigits", () => {
  it.each([
    [0, "0"],
    [0.312, "0.312"],
    [0.3, "0.300"],
    [0.00123, "0.00123"],
    [0.0000123, "1.23e−5"],
    [1, "1.00"],
    [9.994, "9.99"],
    [9.996, "10.0"],
    [99.96, "100"],
    [123.4, "123"],
    [999.6, "1,000"],
    [147_116, "147,000"],
    [-2.5, "-2.50"],
  ])("writes %d as %s", (value, text) => expect(threeDigits(value)).toBe(text));
});

describe("bytes", () => {
  it.each([
    [0, "0", "B"],
    [999, "999", "B"],
    [1000, "0.98", "KiB"],
    [1024, "1.00", "KiB"],
    [1023 * 1024, "1.00", "MiB"],
    [1536 * 1024 ** 2, "1.50", "GiB"],
    [25_276_514_304, "23.5", "GiB"],
    [2 ** 63, "8.00", "EiB"],
  ])("scales %d to %s %s", (value, number, unit) => expect(bytes(value)).toEqual({ number, unit }));

  it("never shows more than three digits before the unit changes", () => {
    for (let value = 1; value < 2 ** 50; value = value * 1.37 + 1) {
      expect(bytes(value).number.replace(/[.,]/g, "").length).toBeLessThanOrEqual(3);
    }
  });
});

describe("duration", () => {
  it.each([
    [0, "0 s"],
    [0.00087, "870 µs"],
    [0.0042, "4.20 ms"],
    [12.34, "12.3 s"],
    [59.9, "59.9 s"],
    [61, "1 min"],
    [3 * 3600 + 12 * 60 + 40, "3 h 12 min"],
    [12 * 86400 + 4 * 3600, "12 d 4 h"],
  ])("writes %d as %s", (seconds, words) => expect(inWords(seconds, "duration")).toBe(words));

  it("keeps the unit apart", () => expect(duration(0.5)).toEqual({ number: "500", unit: "ms" }));
});

describe("ago", () => {
  it.each([
    [-3, "just now"],
    [0.4, "just now"],
    [42, "42 s ago"],
    [119, "1 min ago"],
    [7300, "2 h ago"],
    [200_000, "2 d ago"],
  ])("writes %d as %s", (seconds, words) => expect(ago(seconds)).toBe(words));
});

describe("unitOf", () => {
  it.each([
    ["system.cpu.usage_percent", "percent"],
    ["system.cpu.times_percent.iowait", "percent"],
    ["system.cpu.per_core_percent[3]", "percent"],
    ["system.cpu.load_15m", "load"],
    ["system.cpu.frequency_hz", "hertz"],
    ["system.cpu.context_switches_per_second", "rate"],
    ["system.memory.used_bytes", "bytes"],
    ["system.network.bytes_sent_total", "bytes"],
    ["system.network.bytes_received_per_second", "bytes-rate"],
    ["system.disk.read_bytes_per_second", "bytes-rate"],
    ["system.host.uptime_seconds", "duration"],
    ["server.clients", "count"],
    ["ai.components.tinygrad.latest.loss", "plain"],
  ])("reads it off %s", (name, kind) => expect(unitOf(pathOf(name))).toBe(kind));

  it("knows units that are never scaled", () => {
    expect(inWords(512.3, unitOf(["system", "gpus", "GPU-1", "power_watts"]))).toBe("512 W");
    expect(inWords(61, unitOf(["system", "gpus", "GPU-1", "temperature_celsius"]))).toBe("61.0 °C");
  });
});

describe("show", () => {
  it("gives a percentage two places at most", () => {
    expect(show(0.0312, "percent")).toEqual({ number: "0.03", unit: "%" });
    expect(show(0, "percent")).toEqual({ number: "0", unit: "%" });
    expect(show(100, "percent")).toEqual({ number: "100", unit: "%" });
  });

  it("writes whole counts in full and rates by the second", () => {
    expect(inWords(12_403, "count")).toBe("12,403");
    expect(inWords(1.5, "count")).toBe("1.50");
    expect(inWords(2048, "bytes-rate")).toBe("2.00 KiB/s");
    expect(inWords(0.999, "rate")).toBe("1.00 /s");
    expect(inWords(2_596_130_000, "hertz")).toBe("2.60 GHz");
  });
});

it.each([
  [0, "rate", "0"],
  [200_000, "rate", "200k"],
  [1500, "count", "1.5k"],
  [16_384, "count", "16.4k"],
  [2.5, "plain", "2.5"],
  [-3, "plain", "-3"],
  [0.25, "rate", "0.25"],
  [2 ** 27, "bytes-rate", "128 MiB"],
  [50, "percent", "50 %"],
  [0.3, "duration", "300 ms"],
] as const)("%d %s stands at a tick as %s", (value, kind, words) => expect(atTick(value, kind)).toBe(words));
