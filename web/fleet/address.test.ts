import { expect, it } from "vitest";
import { addressOfMachine, FIRST_SORTING, fragmentOf, machineAddressIn, shownIn } from "./address";

it("names only what is not usual, and reads it again", () => {
  expect(fragmentOf(shownIn(""))).toBe("#");
  const shown = { tab: "work", sorting: { field: "cpu", descending: true }, filter: "silent", words: "a b&c" } as const;
  expect(fragmentOf(shown)).toBe("#tab=work&sort=-cpu&show=silent&find=a+b%26c");
  expect(shownIn(fragmentOf(shown))).toEqual(shown);
});

it("is usual where an address says what is not understood", () => {
  expect(shownIn("#tab=x&sort=<b>&show=everything")).toEqual({ tab: "machines", sorting: FIRST_SORTING.machines, filter: "all", words: "" });
});

it("leads from #host/NAME to the page of the machine, and to a place in it", () => {
  expect(machineAddressIn("#host/gpu%20box")).toBe("?host=gpu%20box");
  expect(machineAddressIn("#host/a%26b%23&view/runs&at=x")).toBe("?host=a%26b%23#view/runs&at=x");
  expect(addressOfMachine("a/b?c")).toBe("?host=a%2Fb%3Fc");
  for (const hash of ["", "#", "#host/", "#tab=work", "#host/%zz"]) expect(machineAddressIn(hash)).toBeNull();
});
