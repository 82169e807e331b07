import { expect, it } from "vitest";
import { addressIn, addressOf, fragmentOf } from "./address";

const NAMES = ["tinygrad", "llama_cpp", "a/b #?%<i>&workload/x", "ü"];

it("leads to a component, a workload or both and back, whatever they are called", () => {
  for (const component of [null, ...NAMES]) {
    for (const workload of [null, ...NAMES]) {
      expect(addressIn(fragmentOf({ component, workload }))).toEqual({ component, workload });
    }
  }
  expect(addressIn(addressOf("tinygrad"))).toEqual({ component: "tinygrad", workload: null });
});

it("is null where nothing is named, or badly", () => {
  for (const hash of ["", "#", "#component/", "#other/x", "#component/%E0%A4%A", "#workload/&component/"]) {
    expect(addressIn(hash)).toEqual({ component: null, workload: null });
  }
});

it("is no fragment at all where nothing is named", () => expect(fragmentOf({ component: null, workload: null })).toBe(""));
