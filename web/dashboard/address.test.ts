import { expect, it } from "vitest";
import { addressIn, addressOf, addressOfView, fragmentOf } from "./address";

const NAMES = ["tinygrad", "llama_cpp", "a/b #?%<i>&workload/x&at=2026", "ü"];
const MOMENT = Date.parse("2026-11-28T14:03:00Z");

it("leads to a component, a workload, a moment or all of them and back, whatever they are called", () => {
  for (const component of [null, ...NAMES]) {
    for (const workload of [null, ...NAMES]) {
      for (const at of [null, MOMENT, MOMENT + 123]) {
        expect(addressIn(fragmentOf({ view: null, component, workload, at }))).toEqual({ view: null, component, workload, at });
      }
    }
  }
  expect(addressIn(addressOf("tinygrad"))).toEqual({ view: null, component: "tinygrad", workload: null, at: null });
});

it("leads to a view and to what is shown in it", () => {
  for (const own of NAMES) {
    expect(addressIn(addressOfView("runs", own))).toEqual({ view: `runs/${own}`, component: null, workload: null, at: null });
  }
  expect(addressIn(addressOfView("runs")).view).toBe("runs");
  expect(addressOfView(null)).toBe("");
});

it("names a moment so that people can read it", () => {
  expect(fragmentOf({ view: null, component: null, workload: null, at: MOMENT })).toBe("#at=2026-11-28T14:03:00Z");
  expect(addressIn("#at=2026-11-28T15:03:00%2B01:00").at).toBe(MOMENT);
});

it("is null where nothing is named, or badly", () => {
  for (const hash of ["", "#", "#component/", "#other/x", "#view/", "#component/%E0%A4%A", "#workload/&component/", "#at=", "#at=now", "#at=%E0"]) {
    expect(addressIn(hash)).toEqual({ view: null, component: null, workload: null, at: null });
  }
});

it("is no fragment at all where nothing is named", () => expect(fragmentOf({ view: null, component: null, workload: null, at: null })).toBe(""));
