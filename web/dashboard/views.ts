// The views beside the live page. Each is an element that asks for what it shows itself, while it is shown.

import { html, type TemplateResult } from "lit";
import type { Sample } from "../client/src/contract";
import type { Query } from "../elements/past";
import { alertsOf } from "./alerts";
import "./alerts-view";
import "./correlations-view";
import type { Run } from "./runs";
import "./runs-view";

/** What a view is given; `own` is what the address says of what it shows, `go` puts something else there. */
export interface ViewContext {
  readonly own: string;
  readonly go: (own: string) => void;
  readonly ask: (path: string, query: Query, signal: AbortSignal) => Promise<Response>;
  readonly sample: Sample | null;
  readonly runs: readonly Run[];
}

export interface View {
  /** In the address. */
  readonly name: string;
  /** In the header. */
  readonly title: string;
  /** How much there is in it that a person should look at, beside its title; 0 is not shown. */
  readonly count?: (sample: Sample | null) => number;
  readonly render: (context: ViewContext) => TemplateResult;
}

export const VIEWS: readonly View[] = [
  {
    name: "runs",
    title: "runs",
    render: ({ own, go, ask, sample, runs }) => html`<zp-runs-view .own=${own} .go=${go} .ask=${ask} .sample=${sample} .runs=${runs}></zp-runs-view>`,
  },
  {
    name: "correlations",
    title: "correlations",
    render: ({ own, go, ask, sample }) => html`<zp-correlations .own=${own} .go=${go} .ask=${ask} .now=${sample?.timestamp ?? null}></zp-correlations>`,
  },
  {
    name: "alerts",
    title: "alerts",
    count: (sample) => alertsOf(sample).length,
    render: ({ ask, sample }) => html`<zp-alerts .ask=${ask} .sample=${sample}></zp-alerts>`,
  },
];

/** The view that an address names, and what it says of it; null for the live page. */
export function viewIn(view: string | null): readonly [view: View, own: string] | null {
  if (view === null) return null;
  const slash = view.indexOf("/");
  const name = slash < 0 ? view : view.slice(0, slash);
  const found = VIEWS.find((one) => one.name === name);
  return found === undefined ? null : [found, slash < 0 ? "" : view.slice(slash + 1)];
}
