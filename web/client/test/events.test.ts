import { describe, expect, test } from "vitest";
import { EventDecoder } from "../src/events.js";

/** Numbers are those of the HTML standard's cases that the project keeps a list of. */
const CASES: { name: string; input: string | number[]; told: string[] }[] = [
  { name: "1: one leading BOM is stripped", input: "\uFEFFdata: a\n\n", told: ["message=a"] },
  { name: "1: a second leading BOM is data, so its line is no field", input: "\uFEFF\uFEFFdata: a\n\ndata: b\n\n", told: ["message=b"] },
  { name: "2: a later BOM is data", input: "data: \uFEFFa\n\n\uFEFFdata: b\n\n", told: ["message=\uFEFFa"] },
  { name: "3: LF", input: "data: a\ndata: b\n\n", told: ["message=a\nb"] },
  { name: "3, 4: CRLF", input: "data: a\r\ndata: b\r\n\r\n", told: ["message=a\nb"] },
  { name: "3, 5: CR dispatches without a further byte", input: "data: a\rdata: b\r\r", told: ["message=a\nb"] },
  { name: "3: mixed", input: "data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n", told: ["message=a\nb\nc", "message=d"] },
  { name: "6: multibyte characters", input: "data: ä€𝄞\n\n", told: ["message=ä€𝄞"] },
  { name: "6: invalid UTF-8", input: [...bytes("data: "), 0xff, 0xc3, ...bytes("a\n\n")], told: ["message=\uFFFD\uFFFDa"] },
  { name: "7: one space after the colon goes, a second stays", input: "data:a\ndata: b\ndata:  c\n\n", told: ["message=a\nb\n c"] },
  { name: "8: a field without a colon is empty", input: "data\n\n", told: ["message="] },
  { name: "9: unknown fields and other cases are ignored", input: "Data: a\nfoo: b\ndatax: c\ndata: d\n\n", told: ["message=d"] },
  { name: "10: comments are ignored", input: ":\n: data: a\ndata: b\n:c\n\n", told: ["message=b"] },
  { name: "11: data lines join", input: "data: a\ndata:\ndata: b\n\n", told: ["message=a\n\nb"] },
  { name: "12: empty data dispatches", input: "data:\n\n", told: ["message="] },
  { name: "12: no data dispatches nothing and resets the type", input: "event: x\n\ndata: a\n\n", told: ["message=a"] },
  { name: "12: an empty event name is message", input: "event: x\nevent:\ndata: a\n\n", told: ["message=a"] },
  { name: "a named event", input: "event: gap\ndata: a\n\n", told: ["gap=a"] },
  { name: "13: an id without data counts on the blank line", input: "id: 7\n\n", told: ["bare id 7"] },
  { name: "13: bare ids and events keep their order", input: "id: 1\n\nid: 2\ndata: a\n\nid: 3\n\nid: 4\n\ndata: b\n\n", told: ["bare id 1", "message=a id 2", "bare id 3", "bare id 4", "message=b"] },
  { name: "14: an id with NULL is ignored", input: "id: a\0b\ndata: a\n\n", told: ["message=a"] },
  { name: "15: a later event without an id has none of its own", input: "id: 1\ndata: a\n\ndata: b\n\n", told: ["message=a id 1", "message=b"] },
  { name: "16: an empty id is told as such", input: "id: 1\ndata: a\n\nid\ndata: b\n\n", told: ["message=a id 1", "message=b id "] },
  { name: "17, 19: an unfinished block is discarded with its id", input: "data: a\n\nid: 9\ndata: b\n", told: ["message=a"] },
  { name: "19: an unterminated line is discarded", input: "data: a\n\ndata: b", told: ["message=a"] },
  { name: "18: retry of digits", input: "retry: 1500\n\n", told: ["retry 1500"] },
  { name: "18: retry of anything else is ignored", input: "retry: 1500x\nretry: -1\nretry: 1.5\nretry:\nretry: ١\n\n", told: [] },
];

describe.each([
  { chunk: "one byte", size: 1 },
  { chunk: "two bytes", size: 2 },
  { chunk: "everything", size: Infinity },
])("in chunks of $chunk", ({ size }) => {
  test.each(CASES)("$name", ({ input, told }) => {
    const { decoder, lines } = recordingDecoder();
    const all = typeof input === "string" ? bytes(input) : Uint8Array.from(input);
    for (let start = 0; start < all.length; start += size) decoder.feed(all.subarray(start, start + size));
    expect(lines).toEqual(told);
  });
});

test("20: an event of 10 MB comes whole", () => {
  let length = 0;
  const decoder = new EventDecoder({ onEvent: ({ data }) => (length = data.length), onRetry() {}, onBareId() {} });
  const megabyte = bytes("x".repeat(1_000_000));
  decoder.feed(bytes("data: "));
  for (let count = 0; count < 10; count += 1) decoder.feed(megabyte);
  decoder.feed(bytes("\n\n"));
  expect(length).toBe(10_000_000);
});

test.each([
  ["data", "data: "],
  ["a comment", ": "],
  ["an unknown field", "x: "],
  ["an id", "id: "],
])("20: %s without an end stops in a clear error", (_, start) => {
  const { decoder, lines } = recordingDecoder();
  const megabyte = bytes("x".repeat(1_000_000));
  decoder.feed(bytes(`data: a\n\n${start}`));
  for (let count = 0; count < 16; count += 1) decoder.feed(megabyte);
  expect(() => decoder.feed(megabyte)).toThrow("a line is longer than 16777216 characters");
  expect(lines).toEqual(["message=a"]);
});

test("20: an event of many lines without an end stops in a clear error", () => {
  const { decoder, lines } = recordingDecoder();
  const megabyte = bytes(`data: ${"x".repeat(1_000_000)}\n`);
  for (let count = 0; count < 16; count += 1) decoder.feed(megabyte);
  expect(() => decoder.feed(megabyte)).toThrow("an event is longer than 16777216 characters");
  expect(lines).toEqual([]);
});

test("what a handler throws goes through to who feeds", () => {
  const decoder = new EventDecoder({
    onEvent() {
      throw new Error("of the handler");
    },
    onRetry() {},
    onBareId() {},
  });
  expect(() => decoder.feed(bytes("data: a\n\n"))).toThrow("of the handler");
});

function recordingDecoder() {
  const lines: string[] = [];
  const decoder = new EventDecoder({
    onEvent: ({ name, data, id }) => lines.push(`${name}=${data}${id === undefined ? "" : ` id ${id}`}`),
    onRetry: (retryMs) => lines.push(`retry ${retryMs}`),
    onBareId: (id) => lines.push(`bare id ${id}`),
  });
  return { decoder, lines };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
