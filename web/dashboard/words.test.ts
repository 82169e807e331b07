import { describe, expect, it } from "vitest";
import type { Component } from "../client/src/contract";
import { allFieldsOf, chartsOf, componentTitle, fieldsOf, notesOf, sparkOf } from "./component-fields";
import { gapWords } from "../elements/gap-words";
import { noticeOf } from "./notice";

const component = (part: object): Component => ({ status: "idle", since: null, last_updated: null, reason: null, pids: [4, 5], ...part }) as Component;

describe("noticeOf", () => {
  it("says nothing while all is well", () => {
    expect(noticeOf({ name: "live", reason: null, retryAt: null }, 0, "box")).toBeNull();
    expect(noticeOf({ name: "connecting", reason: null, retryAt: null }, null, "box")).toBeNull();
  });

  it("passes the client's reason on as a sentence", () => {
    const reason = "a proxy holds back the stream";
    expect(noticeOf({ name: "polling", reason, retryAt: null }, 0, "box")).toBe(
      "A proxy holds back the stream. Samples are fetched one request at a time until a stream gets through.",
    );
    expect(noticeOf({ name: "polling", reason: null, retryAt: null }, 0, "box")).toBe(
      "Samples are fetched one request at a time until a stream gets through.",
    );
  });

  it("says nothing of polls for a page that nobody sees", () => {
    expect(noticeOf({ name: "polling", reason: "the page is hidden", retryAt: null }, 0, "box")).toBeNull();
  });

  it("says how to make a token", () => {
    const state = { name: "signed-out", reason: "the server asks for a token (401)", retryAt: null } as const;
    expect(noticeOf(state, 0, "box")).toContain("The server asks for a token (401).");
    expect(noticeOf(state, 0, "box")).toContain("zeropoint token create --scope read");
  });

  it("tells a server that never answered from one that was lost", () => {
    const state = { name: "reconnecting", reason: null, retryAt: null } as const;
    expect(noticeOf(state, null, "box:3001")).toBe("No answer from box:3001 yet.");
    expect(noticeOf(state, 0, "box:3001")).toMatch(/^The connection is lost\. The newest sample is from \d\d:\d\d:\d\d\.$/);
  });
});

describe("fieldsOf", () => {
  it("shows every number of a component that is not known by name", () => {
    const fields = fieldsOf("llama.cpp", component({ slots_busy: 2, latest: { tokens_per_second: 41 }, url: "http://x" }));
    expect(fields.map(({ label, path }) => [label, path.join(".")])).toEqual([
      ["slots busy", "ai.components.llama.cpp.slots_busy"],
      ["tokens per second", "ai.components.llama.cpp.latest.tokens_per_second"],
    ]);
  });

  it("shows a runtime by what it reports, under whatever name", () => {
    const runtime = component({ requests_waiting: 0, kv_cache_usage_percent: 1, tokens_per_second: 2, queue_depth: 3 });
    expect(fieldsOf("some_server", runtime).map(({ label }) => label)).toEqual(["tokens", "running", "waiting", "KV cache", "first token"]);
    // What a newer appliance adds comes last.
    expect(allFieldsOf("some_server", runtime).at(-1)?.label).toBe("queue depth");
    expect(chartsOf("some_server", runtime).map(({ title }) => title)).toEqual(["Tokens", "Requests", "KV cache", "Time to first token"]);
  });

  it("shows training that is followed by its files", () => {
    const fields = fieldsOf("training", component({ runs_count: 1, latest: null }));
    expect(fields.map(({ label }) => label)).toEqual(["run", "step", "loss", "tokens", "done", "remaining"]);
    expect(componentTitle("training")).toBe("Training");
  });

  it("shows all numbers and texts of a component of a third party in its detail view, and draws its rate", () => {
    const mine = component({ heat_celsius: 41, note: "warm", inner: { rows_per_second: 2 }, rows: [{ a: 1 }], flag: true });
    expect(allFieldsOf("mine", mine).map(({ label }) => label)).toEqual(["heat celsius", "note", "rows per second"]);
    expect(sparkOf("mine", mine)?.join(".")).toBe("ai.components.mine.inner.rows_per_second");
    expect(chartsOf("mine", mine)).toHaveLength(2);
    expect(sparkOf("mine", component({}))).toBeNull();
  });

  it("does not take a component's name for one of its own", () => {
    expect(fieldsOf("constructor", component({}))).toEqual([]);
    expect(componentTitle("toString")).toBe("toString");
  });
});

it("tells which programs run", () => {
  const programs = component({ programs: [{ kind: "pytorch", processes_count: 2 }, { kind: "<i>", processes_count: 1 }] });
  expect(notesOf("programs", programs)).toEqual(["2 pytorch, 1 <i>"]);
});

it("tells why scenes are invalid beside the component's reason", () => {
  expect(notesOf("wondercraft", component({ reason: "no writer", invalid_reason: "a.glb ends early" }))).toEqual(["no writer", "a.glb ends early"]);
  expect(notesOf("wondercraft", component({ invalid_reason: null }))).toEqual([]);
});

it("tells a gap with how much was lost", () => {
  expect(gapWords({ from: "a-1", to: "a-5", lost: 3, reason: "missed-ticks" })).toBe("the machine was too busy to be sampled, or asleep, 3 lost");
  expect(gapWords({ from: null, to: null, lost: null, reason: "unknown-id" })).not.toContain("lost");
});
