import { expect, it } from "vitest";
import { found, sorted, turned, type Sorting } from "./order";

interface Row {
  readonly key: string;
  readonly value: number | null;
}

const by = { value: (row: Row) => row.value, name: (row: Row) => row.key, key: (row: Row) => row.key };
const rows: Row[] = [{ key: "box-10", value: 5 }, { key: "box-9", value: 5 }, { key: "a", value: null }, { key: "b", value: 7 }];
const keys = (sorting: Sorting, standing?: string[]): string[] => sorted(rows, sorting, by, standing).map(({ key }) => key);

it("sorts both ways, without a value last, equal ones by name as people count", () => {
  expect(keys({ field: "value", descending: true })).toEqual(["b", "box-9", "box-10", "a"]);
  expect(keys({ field: "value", descending: false })).toEqual(["box-9", "box-10", "b", "a"]);
});

it("leaves those that stand where they are, and puts others after them", () => {
  expect(keys({ field: "value", descending: true }, ["a", "box-10", "gone"])).toEqual(["a", "box-10", "b", "box-9"]);
});

it("begins amounts with the largest and texts with A, and turns round when it is asked again", () => {
  const first = turned({ field: "name", descending: false }, "cpu", false);
  expect(first).toEqual({ field: "cpu", descending: true });
  expect(turned(first, "cpu", false)).toEqual({ field: "cpu", descending: false });
  expect(turned(first, "name", true)).toEqual({ field: "name", descending: false });
});

it("finds rows that have all words", () => {
  expect(found(rows, " BOX  9", ({ key }) => key).map(({ key }) => key)).toEqual(["box-9"]);
  expect(found(rows, "  ", ({ key }) => key)).toBe(rows);
});
