import { expect, it } from "vitest";
import { addressOf, componentIn } from "./address";

it("leads to a component and back, whatever it is called", () => {
  for (const name of ["tinygrad", "llama_cpp", "a/b #?%<i>", "ü"]) expect(componentIn(addressOf(name))).toBe(name);
});

it("is null where no component is named, or badly", () => {
  for (const hash of ["", "#", "#component/", "#other/x", "#component/%E0%A4%A"]) expect(componentIn(hash)).toBeNull();
});
