import { expect, it } from "vitest";
import { zoomed } from "./time-control";

it("zooms in on the cursor, or on the middle, and never into the future", () => {
  const span = { from: 1000, to: 2000 };
  expect(zoomed(span, null, 1 / 4, 9000)).toEqual({ from: 1375, to: 1625 });
  expect(zoomed(span, 1900, 1 / 4, 9000)).toEqual({ from: 1775, to: 2025 });
  expect(zoomed(span, 1900, 1 / 4, 2000)).toEqual({ from: 1750, to: 2000 });
  expect(zoomed(span, null, 4, 2000)).toEqual({ from: -2000, to: 2000 });
});
