import { describe, expect, it } from "vitest";
import { alertsOf, parseAlerts } from "./alerts";

const RULE = {
  name: "disk", severity: "critical", metric: "system.disk.filesystems.*.usage_percent", verdict: null, above: 90, below: null, ends_at: 80, words: [],
  for_seconds: 300, clear_for_seconds: 300, missing: "ignore", quiet: ["22:00-07:00"], timezone: "Europe/Berlin", notify: ["phone"], state: "firing",
  series_count: 2, instances: [{ subject: "system.disk.filesystems./.usage_percent", state: "firing", since: "2026-11-24T09:50:48.000Z", value: 95 }],
};

function conditionOf(changes: object): string {
  return parseAlerts({ rules: [{ ...RULE, ends_at: null, for_seconds: 0, quiet: [], timezone: null, ...changes }] }).rules[0]?.condition ?? "";
}

describe("alerts of a sample", () => {
  it("are those that fire, and none where there is no such list", () => {
    const alert = { id: "disk /", name: "disk", severity: "critical", subject: "/", since: "2026-11-24T09:50:48.000Z", says: "/ is full", active: 1 };
    expect(alertsOf({ alerts: [alert, { name: "no id" }, 3] }).map(({ id, says }) => [id, says])).toEqual([["disk /", "/ is full"]]);
    expect([alertsOf(null), alertsOf({}), alertsOf({ alerts: "x" })]).toEqual([[], [], []]);
  });
});

describe("an answer", () => {
  it("says what a rule fires for in words", () => {
    expect(parseAlerts({ rules: [RULE] }).rules[0]?.condition).toBe(
      "system.disk.filesystems.*.usage_percent above 90, ends at 80, for 5 min, quiet 22:00-07:00 Europe/Berlin",
    );
    expect(conditionOf({ metric: "server.health", above: null, words: ["degraded", "unhealthy"] })).toBe("server.health is degraded or unhealthy");
    expect(conditionOf({ metric: "a", above: null, missing: "fire" })).toBe("a missing");
    expect(conditionOf({ metric: "a", above: null, below: 1, missing: "fire" })).toBe("a below 1 or missing");
    expect(conditionOf({ metric: null, above: null, verdict: "*" })).toBe("any verdict");
    expect(conditionOf({ metric: null, above: null, verdict: "stalled" })).toBe("verdict stalled");
  });

  it("leaves out what is of another form", () => {
    const empty = { rules: [], events: [], targets: [] };
    expect(parseAlerts(null)).toEqual(empty);
    expect(parseAlerts({ rules: [3, {}], events: "x", targets: null })).toEqual(empty);
  });

  it("has events with what became of their notices", () => {
    const notice = { channel: "phone", target: "ntfy", status: "failed", attempts: 8, reason: "nobody answered" };
    const event = { id: 1, time: "2026-11-24T09:50:48.000Z", kind: "fired", name: "disk", severity: "critical", says: "s", evidence: ["a", 3], notices: [notice, 4] };
    const [parsed] = parseAlerts({ events: [event, { id: "x" }] }).events;
    expect(parsed?.notices).toEqual([notice]);
    expect(parsed?.evidence).toEqual(["a"]);
  });
});
