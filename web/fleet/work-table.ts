// <zp-work-table>: what runs where, a row for each component, run and busy workload.

import { css, html, type CSSResultGroup } from "lit";
import { property } from "lit/decorators.js";
import { cellStyles, status } from "./cells";
import type { Machine } from "./machine";
import { toneOf } from "./machine-table";
import { ZpWindowedTable, type Table } from "./windowed-table";
import { placeOfState, type Work } from "./work";

export class ZpWorkTable extends ZpWindowedTable<Work> {
  static override styles: CSSResultGroup = [
    ZpWindowedTable.styles,
    cellStyles,
    css`
      .of-name { width: 34%; }
      .of-kind { width: 20%; }
      .of-state { width: 110px; }
      .of-cpu, .of-gpu { width: 96px; }
      .narrow .of-name { width: auto; }
      .narrow .of-machine { width: 34%; }
    `,
  ];

  @property({ attribute: false }) address: (machine: Machine) => string = ({ id }) => id;

  protected readonly table: Table<Work> = {
    label: "Work",
    key: ({ key }) => key,
    name: ({ name }) => name,
    address: ({ machine }) => this.address(machine),
    isOld: ({ machine }) => machine.status !== "live",
    under: ({ kind, status: word, cpu }) => `${kind}${word === null ? "" : `, ${word}`}${cpu === null ? "" : `, CPU ${cpu} %`}`,
    columns: [
      { field: "name", label: "work", title: "A run, a component, or one of the workloads that use most of a machine", isText: true, from: "", value: ({ name }) => name, cell: ({ name }) => name },
      { field: "kind", label: "kind", title: "What it is", isText: true, from: "narrow", value: ({ kind }) => kind, cell: ({ kind }) => kind },
      {
        field: "state", label: "state", title: "Of a component or a run: failed ones first", isText: false, from: "narrow", value: placeOfState,
        cell: ({ status: word }) => (word === null ? html`<span class="quiet">–</span>` : status(toneOf(word), word)),
      },
      { field: "cpu", label: "CPU", title: "CPU time: 100 % is one core busy", isText: false, from: "narrow", value: ({ cpu }) => cpu, cell: ({ cpu }) => percent(cpu) },
      { field: "gpu", label: "GPU", title: "GPU time: 100 % is one GPU busy", isText: false, from: "narrow", value: ({ gpu }) => gpu, cell: ({ gpu }) => percent(gpu) },
      {
        field: "machine", label: "machine", title: "Where it runs", isText: true, from: "", value: ({ machine }) => machine.name,
        cell: ({ machine }) => (machine.status === "live" ? machine.name : html`<span class="quiet" title="It is ${machine.status}: this is what it told last">${machine.name}, ${machine.status}</span>`),
      },
    ],
  };
}

function percent(value: number | null): string {
  return value === null ? "–" : `${value} %`;
}

customElements.define("zp-work-table", ZpWorkTable);
