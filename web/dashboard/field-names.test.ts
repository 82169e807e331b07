import { expect, it } from "vitest";
import { FieldNames, helpsIn } from "./field-names";

const document = {
  components: {
    schemas: {
      Ai: { properties: { components: { properties: { mine: { $ref: "#/components/schemas/Mine" } } } } },
      Mine: { properties: { heat_celsius: { description: "How warm" }, latest: { anyOf: [{ $ref: "#/components/schemas/Latest" }, { type: "null" }], description: "The last" }, self: { $ref: "#/components/schemas/Mine" } } },
      Latest: { properties: { loss: { description: "Training loss" } } },
    },
  },
};

it("says what a field means, in nested parts too, and ends where references go in a circle", () => {
  const helps = helpsIn(document, "mine");
  expect([helps.get("heat_celsius"), helps.get("latest"), helps.get("latest.loss")]).toEqual(["How warm", "The last", "Training loss"]);
  expect(helps.size).toBeLessThan(100);
});

it("says nothing of a component that is not described", () => {
  expect(helpsIn(document, "constructor").size).toBe(0);
  expect(helpsIn(null, "mine").size).toBe(0);
});

it("asks once, and takes a refusal for no answer", async () => {
  let asked = 0;
  const names = new FieldNames(() => {
    asked += 1;
    return Promise.resolve(new Response("{}", { status: 401 }));
  });
  expect((await names.helpsOf("mine")).size + (await names.helpsOf("mine")).size).toBe(0);
  expect(asked).toBe(1);
});
