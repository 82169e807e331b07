// A sample that has some sections alone, made whole for panels that are made for all of it; and what of them is shown.

import type { Sample } from "../client/src/contract";
import type { Path } from "../elements/path";
import { covers, sectionOf, type Section } from "../elements/sections";
import type { ChartRow } from "./charts";

/** The same sample, in which what was not sent is empty. */
export function whole(sample: Partial<Sample>): Sample {
  const { system, ai, server } = sample;
  return {
    verdicts: [],
    ledger: null,
    unavailable: [],
    ...sample,
    system: { cpu: null, memory: null, disk: null, network: null, host: null, gpus: null, sensors: null, ...system },
    ai: { components: {}, ...ai },
    server: { collectors: {}, ...server },
  } as Sample;
}

/** The charts, without the lines and facts that lie in other sections, and without those that have no line left. */
export function publicRows(rows: readonly ChartRow[], sections: readonly Section[]): ChartRow[] {
  const isShown = (path: Path): boolean => covers(sections, sectionOf(path));
  return rows
    .map((row): ChartRow => {
      const { strip } = row;
      return {
        ...row,
        lines: row.lines.filter(({ path }) => isShown(path)),
        facts: row.facts.filter(({ paths }) => paths.every(isShown)),
        ...(strip === undefined ? {} : { strip: { ...strip, rows: (sample) => strip.rows(sample).filter(({ path }) => isShown(path)) } }),
      };
    })
    .filter(({ lines }) => lines.length > 0);
}
