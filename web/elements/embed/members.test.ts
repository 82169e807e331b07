import { describe, expect, it } from "vitest";
import { EVERYTHING } from "../sections";
import { apart, together, type Member } from "./members";

const member = (section: string): Member => ({ section, takeSample() {}, takeGap() {}, takeState() {} });
const cpu = member("system.cpu");
const gpus = member("system.gpus");
const other = member("system.cpu");

describe("together", () => {
  it("is one stream of all sections", () => {
    expect(together([cpu, gpus, other], null)).toEqual([{ parts: ["system.cpu", "system.gpus"], members: [cpu, gpus, other] }]);
  });

  it("goes on with the stream that runs while it has what is wanted", () => {
    const standing = ["system.cpu", "system.gpus"];
    expect(together([cpu], standing)).toEqual([{ parts: standing, members: [cpu] }]);
  });

  it("is another stream once more is wanted", () => {
    expect(together([cpu, gpus], ["system.cpu"])).toEqual([{ parts: ["system.cpu", "system.gpus"], members: [cpu, gpus] }]);
    expect(together([cpu, member(EVERYTHING)], ["system.cpu"])[0]?.parts).toEqual([]);
  });

  it("is no stream without members", () => expect(together([], ["system.cpu"])).toEqual([]));
});

it("sets sections apart, elements of one section share a stream still", () => {
  expect(apart([cpu, gpus, other])).toEqual([
    { parts: ["system.cpu"], members: [cpu, other] },
    { parts: ["system.gpus"], members: [gpus] },
  ]);
});
