import { expect, test } from "vitest";
import { childController } from "../src/abort.js";

test("a child aborts with its parent, with its reason, also when that was before", () => {
  const parent = new AbortController();
  const early = childController(parent.signal);
  parent.abort("why");
  const late = childController(parent.signal);
  expect([early.signal.reason, late.signal.reason]).toEqual(["why", "why"]);
});

test("a parent does not abort with its child", () => {
  const parent = new AbortController();
  childController(parent.signal).abort();
  expect(parent.signal.aborted).toBe(false);
});

test("an aborted child leaves no listener on its parent", () => {
  const parent = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = parent.signal;
  parent.signal.addEventListener = (...args: unknown[]) => {
    listeners += 1;
    Reflect.apply(addEventListener, parent.signal, args);
  };
  parent.signal.removeEventListener = (...args: unknown[]) => {
    listeners -= 1;
    Reflect.apply(removeEventListener, parent.signal, args);
  };
  childController(parent.signal).abort();
  expect(listeners).toBe(0);
});
