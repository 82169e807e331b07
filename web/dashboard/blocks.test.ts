import { describe, expect, it } from "vitest";
import type { PetalsBlock } from "../client/src/contract";
import { blockInWords, blocksInWords, countOf, servingOf } from "./blocks";

const block = (index: number, part: Partial<PetalsBlock>): PetalsBlock => ({
  index: String(index), on_disk: false, served_here: false, servers_count: 0, state: null, ...part,
});
const blocks = [
  block(0, { served_here: true, on_disk: true, servers_count: 1, state: "ONLINE" }),
  block(1, { served_here: true, on_disk: true, servers_count: 2, state: "ONLINE" }),
  block(2, { servers_count: 1, state: "ONLINE" }),
  block(3, { on_disk: true }),
  block(4, { served_here: null, servers_count: null, on_disk: null }),
  block(5, { servers_count: 1, state: "JOINING" }),
];

describe("blocks", () => {
  it("are served here, by others, by nobody, by none yet that is joining, or that is not known", () => {
    expect(blocks.map(servingOf)).toEqual(["here", "here", "others", "nobody", "unknown", "joining"]);
    expect(countOf(blocks, "here")).toBe(2);
  });

  it("are told in stretches", () => {
    expect(blocksInWords(blocks)).toBe(
      "0–1 served here, on disk; 2 served by others; 3 served by nobody, on disk; 4 not known who serves it; 5 joining",
    );
    expect(blocksInWords([])).toBe("");
  });

  it("are told one by one", () => {
    expect(blockInWords(blocks[0]!)).toBe("block 0: served here (ONLINE), 1 server, on disk");
    expect(blockInWords(blocks[4]!)).toBe("block 4: not known who serves it");
    expect(blockInWords(blocks[5]!)).toBe("block 5: joining (JOINING), 1 server");
  });
});
