import { expect, it } from "vitest";
import { accessIn } from "./access";

function root(dataset: Record<string, string>): HTMLElement {
  return { dataset } as unknown as HTMLElement;
}

it("reads what may be asked for out of the root's attributes", () => {
  expect(accessIn(root({}))).toEqual({ scope: null, sections: null });
  expect(accessIn(root({ scope: "read" }))).toEqual({ scope: "read", sections: null });
  expect(accessIn(root({ sections: "" }))).toEqual({ scope: null, sections: [] });
  expect(accessIn(root({ scope: "status", sections: "server,system.cpu" }))).toEqual({ scope: "status", sections: ["server", "system.cpu"] });
});
