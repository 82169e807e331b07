import { expect, it } from "vitest";
import type { Component } from "../client/src/contract";
import { listsOf, plainListsOf } from "./component-lists";

const component = (part: object): Component => ({ status: "idle", since: null, last_updated: null, reason: null, pids: [4, 5], ...part }) as Component;

it("shows a list that it does not know with all its columns", () => {
  const [list, ...others] = listsOf("mine", component({ parts: [{ name: "a", size_bytes: 1 }], empty: [] }));
  expect(others).toEqual([]);
  expect([list?.path.join("."), list?.label]).toEqual(["ai.components.mine.parts", "parts"]);
  expect(list?.columns.map(({ label, field }) => [label, field])).toEqual([
    ["name", "name"],
    ["size bytes", "size_bytes"],
  ]);
});

it("keeps the table of a list that is known while there is none, so that its reason is told", () => {
  expect(listsOf("petals", component({ servers: null, blocks: [] })).map(({ label }) => label)).toEqual(["Servers"]);
});

it("puts invalid files before the others", () => {
  const [files] = listsOf("wondercraft", component({ files: [] }));
  const rows = [{ valid: true }, { valid: null }, { valid: false }];
  expect([...rows].sort(files!.order!)[0]).toEqual({ valid: false });
});

it("tells lists of plain values in a line", () => {
  expect(plainListsOf(component({ ports: [], rows: [{}] }))).toEqual([["pids", "4, 5"]]);
});
