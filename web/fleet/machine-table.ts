// <zp-machine-table>: a row a machine.

import { css, html, nothing, type CSSResultGroup, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { COMPONENT_TONES } from "../dashboard/component-tones";
import { dayClock, inWords } from "../elements/format";
import type { Tone } from "../elements/status";
import { cellStyles, share, shares, status } from "./cells";
import { meanGpu, type Machine, type Trouble } from "./machine";
import { ZpWindowedTable, type Table } from "./windowed-table";

const STATUS_TONES: Readonly<Record<Machine["status"], Tone>> = { live: "good", silent: "bad", unknown: "unknown" };
const TROUBLE_TONES: Readonly<Record<Trouble["severity"], Tone>> = { critical: "bad", warning: "warn", verdict: "warn", info: "calm" };
const STATUS_TITLES: Readonly<Record<Machine["status"], string>> = {
  live: "Something came from it in the last 4 s",
  silent: "Nothing has come from it for 4 s or longer; what stands here is its newest sample",
  unknown: "The hub does not hear the bus, or has not for long enough",
};
const NO_NAMES: (machine: Machine) => string = ({ id }) => id;

export class ZpMachineTable extends ZpWindowedTable<Machine> {
  static override styles: CSSResultGroup = [
    ZpWindowedTable.styles,
    cellStyles,
    css`
      .of-name { width: 13%; }
      .of-state { width: 132px; }
      .of-cpu, .of-memory { width: 112px; }
      .of-gpu { width: 150px; }
      .of-work { width: 20%; }
      .of-seen { width: 96px; }
      .narrow .of-name { width: auto; }
      .narrow .of-state { width: 104px; }
      .narrow .of-cpu { width: 84px; }
      .narrow .share svg { display: none; }
    `,
  ];

  /** What leads to a machine: its name, or its id where several have that name. */
  @property({ attribute: false }) address: (machine: Machine) => string = NO_NAMES;

  protected readonly table: Table<Machine> = {
    label: "Machines",
    key: ({ id }) => id,
    name: ({ name }) => name,
    address: (machine) => this.address(machine),
    isOld: ({ status: word }) => word !== "live",
    under: (machine) => (machine.troubles.length > 0 ? troubleCell(machine) : workCell(machine)),
    columns: [
      { field: "name", label: "machine", title: "What the fleet calls it", isText: true, from: "", value: ({ name }) => name, cell: ({ name }) => name },
      { field: "state", label: "state", title: "Whether the hub hears it, and whether its clock is right", isText: false, from: "", value: stateValue, cell: stateCell },
      { field: "cpu", label: "CPU", title: "Of the whole machine", isText: false, from: "", value: ({ cpu }) => cpu, cell: ({ cpu }) => share(cpu) },
      { field: "memory", label: "memory", title: "Of the whole machine", isText: false, from: "narrow", value: ({ memory }) => memory, cell: ({ memory }) => share(memory) },
      { field: "gpu", label: "GPUs", title: "Use of each, and their mean", isText: false, from: "narrow", value: meanGpu, cell: (machine) => shares(machine.gpus, meanGpu(machine), machine.gpusCount) },
      { field: "work", label: "AI work", title: "Components and runs; where there are none, what uses most", isText: false, from: "medium", value: workValue, cell: workCell },
      { field: "trouble", label: "verdicts and alerts", title: "The worst first; silent machines before those that warn", isText: false, from: "narrow", value: ({ badness, troublesCount }) => badness + Math.min(troublesCount, 99) / 100, cell: troubleCell },
      { field: "seen", label: "last seen", title: "When its newest sample came, by the clock of the bus", isText: false, from: "wide", value: ({ lastSeen }) => lastSeen ?? Infinity, cell: seenCell },
    ],
  };
}

function stateValue({ status: word, clockAhead }: Machine): number {
  return { silent: 3, unknown: 2, live: 0 }[word] + (clockAhead === null ? 0 : 1);
}

function stateCell({ status: word, clockAhead }: Machine): TemplateResult {
  const ahead = clockAhead === null ? "" : `${inWords(Math.abs(clockAhead), "duration")} ${clockAhead > 0 ? "ahead" : "behind"}`;
  return html`<span class="several">
    ${status(STATUS_TONES[word], word, STATUS_TITLES[word])}
    ${clockAhead === null ? nothing : html`<zp-status class="last" tone="warn" word="clock" title="Its clock is ${ahead} of the bus's: it should be set right"></zp-status>`}
  </span>`;
}

function workValue({ components, runsCount }: Machine): number {
  return runsCount * 100 + components.filter((one) => one.status === "running").length * 10 + components.length;
}

function workCell({ components, runs, runsCount, workloads }: Machine): TemplateResult {
  const [busiest] = workloads;
  if (components.length === 0 && runsCount === 0) {
    if (busiest === undefined) return html`<span class="quiet">–</span>`;
    return html`<span class="quiet" title="No AI component and no run; it uses most">${busiest.name} ${busiest.cpu ?? 0} %</span>`;
  }
  const title = [...components.map((one) => `${one.name}: ${one.status}`), ...runs.map((one) => `run ${one.name} (${one.kind})`)].join("\n");
  return html`<span class="several" title=${title}>
    ${components.map((one) => status(toneOf(one.status), one.name))}
    ${runsCount === 0 ? nothing : html`<span class="last">${runs[0]?.name ?? "run"}${runsCount > 1 ? html` <span class="more">+${runsCount - 1}</span>` : nothing}</span>`}
  </span>`;
}

function troubleCell({ troubles, troublesCount }: Machine): TemplateResult {
  const [worst] = troubles;
  if (worst === undefined) return html`<span class="quiet">–</span>`;
  const title = troubles.map((one) => `${one.name}: ${one.says}`).join("\n");
  return html`<span class="several" title=${title}>
    ${status(TROUBLE_TONES[worst.severity], worst.name)}<span class="last">${worst.says}</span>${troublesCount > 1 ? html`<span class="more">+${troublesCount - 1}</span>` : nothing}
  </span>`;
}

function seenCell({ lastSeen }: Machine): TemplateResult | string {
  return lastSeen === null ? html`<span class="quiet">now</span>` : dayClock(lastSeen);
}

export function toneOf(word: string): Tone {
  return Object.hasOwn(COMPONENT_TONES, word) ? COMPONENT_TONES[word as keyof typeof COMPONENT_TONES] : "unknown";
}

customElements.define("zp-machine-table", ZpMachineTable);
