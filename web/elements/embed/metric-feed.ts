// What an element needs to follow one metric: its stream, the newest sample, and where the metric lies in it.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Gap, Sample } from "../../client/src/contract";
import type { ClientState } from "../../client/src/state";
import { gapWords } from "../gap-words";
import { isAfter } from "../gaps";
import { resolve, type Resolved } from "../metric-name";
import { find, type Path } from "../path";
import { sectionOf, type Section } from "../sections";
import { read, type Reading } from "../value";
import { baseOf } from "./base-url";
import { feeds } from "./feeds";
import type { Member } from "./members";
import { checkToken, onTokens, tokenFor } from "./tokens";
import { nameTrouble, oldWords, trouble } from "./words";

// An element that is moved is out of the document for a moment, with some frameworks for a few tasks.
const LINGER_MILLISECONDS = 500;

export interface MetricHost extends ReactiveControllerHost {
  readonly src: string | null;
  readonly token: string | null;
  readonly metric: string;
}

/** What the element does with what comes, besides rendering. */
export interface MetricListener {
  /** All that came before was of another metric or another appliance. */
  onOther?(): void;
  onSample?(sample: Sample): void;
  onGap?(words: string): void;
}

export class MetricFeed implements ReactiveController, Member {
  section: Section = "";
  sample: Sample | null = null;
  /** Where the sample in which the metric was looked for has it; null before the first. */
  found: Resolved | null = null;
  #problem: string | null = null;
  #state: ClientState = { name: "idle", reason: null, retryAt: null };
  #why: string | null = null;
  #base: URL | null = null;
  #token: string | null = null;
  #metric = "";
  #wasThere = false;
  #leave: (() => void) | null = null;
  #lingering: ReturnType<typeof setTimeout> | null = null;
  #endTokens: (() => void) | null = null;

  constructor(
    private readonly host: MetricHost,
    private readonly listener: MetricListener = {},
  ) {
    host.addController(this);
  }

  // --- what the element shows

  get isConnected(): boolean {
    return this.#state.name === "live" || this.#state.name === "polling";
  }

  get base(): URL | null {
    return this.#base;
  }

  get usedToken(): string | null {
    return this.#token;
  }

  get path(): Path | null {
    return this.found?.kind === "value" ? this.found.path : null;
  }

  /** What is wrong with the element itself, in its attributes or its metric's name. */
  get fault(): string | null {
    return this.#problem ?? (this.found === null ? null : nameTrouble(this.#metric, this.found));
  }

  /** That in a few words, for a place where there is room for no more. */
  get faultInShort(): string | null {
    if (this.#problem !== null) return "not set up";
    return this.fault === null ? null : "no such metric";
  }

  /** Why there is nothing to show at all. */
  get trouble(): string | null {
    if (this.fault !== null || this.sample !== null || this.#base === null) return this.fault;
    return trouble(this.#state, this.#why, this.#base.host);
  }

  /** A few words on values that are not of now. */
  get oldWords(): string | null {
    return this.sample === null ? null : oldWords(this.#state, Date.parse(this.sample.timestamp));
  }

  /** The newest value; null before there is one. */
  get reading(): Reading | null {
    if (this.sample === null || this.path === null) return null;
    const reading = read(this.sample, this.path);
    const isGone = this.#wasThere && find(this.sample, this.path).value === undefined;
    return isGone ? { ...reading, reason: "it is no longer there" } : reading;
  }

  // --- of Lit

  hostConnected(): void {
    if (this.#lingering !== null) clearTimeout(this.#lingering);
    this.#lingering = null;
    this.#endTokens ??= onTokens(() => this.#follow());
    this.#follow();
  }

  hostDisconnected(): void {
    this.#lingering ??= setTimeout(() => this.#end(), LINGER_MILLISECONDS);
  }

  hostUpdate(): void {
    if (this.#endTokens !== null) this.#follow();
  }

  // --- of the stream

  takeSample(sample: Sample): void {
    if (this.sample !== null && !isAfter(sample.id, this.sample.id)) return;
    this.sample = sample;
    this.#look(sample);
    this.listener.onSample?.(sample);
    this.host.requestUpdate();
  }

  takeGap(gap: Gap): void {
    this.listener.onGap?.(gapWords(gap));
  }

  takeState(state: ClientState, why: string | null): void {
    this.#state = state;
    this.#why = why;
    this.host.requestUpdate();
  }

  // ---

  /** Holds the stream to what the element's properties say. */
  #follow(): void {
    const { src, metric } = this.host;
    let base: URL | null = null;
    let token: string | null = null;
    this.#problem = metric === "" ? "The attribute “metric” is missing." : null;
    try {
      base = baseOf(src);
      token = checkToken(this.host.token ?? tokenFor(base));
    } catch (error) {
      this.#problem = `${(error as Error).message}.`;
    }
    const isOther = base?.href !== this.#base?.href || metric !== this.#metric;
    if (!isOther && token === this.#token && this.#leave !== null) return;
    this.#stop();
    if (isOther) this.#forget();
    this.#base = base;
    this.#token = token;
    this.#metric = metric;
    if (base === null || this.#problem !== null) return;
    if (isOther) this.section = sectionOf(metric.split(/[.[]/));
    this.#leave = feeds.join(base, token, this);
  }

  /** Looks for the metric until it is found, and again when its place is gone. */
  #look(sample: Sample): void {
    const { path } = this;
    if (path !== null && find(sample, path).value !== undefined) {
      this.#wasThere = true;
      return;
    }
    const found = resolve(sample, this.#metric);
    // What was there once is missing now, as a disk that was unplugged; its name is not wrong.
    if (found.kind !== "value" && this.#wasThere) return;
    this.found = found;
    // A component that this sample was not asked for: all of them tell what there is.
    if (found.kind === "unknown" && found.at === "ai.components" && this.section !== "ai") this.#ask("ai");
  }

  #ask(section: Section): void {
    this.#stop();
    this.section = section;
    if (this.#base !== null) this.#leave = feeds.join(this.#base, this.#token, this);
  }

  #forget(): void {
    this.sample = null;
    this.found = null;
    this.#wasThere = false;
    this.#why = null;
    this.#state = { name: "idle", reason: null, retryAt: null };
    this.listener.onOther?.();
  }

  #stop(): void {
    this.#leave?.();
    this.#leave = null;
  }

  #end(): void {
    this.#lingering = null;
    this.#endTokens?.();
    this.#endTokens = null;
    this.#stop();
    // The samples until it is taken in again will be missing.
    this.listener.onGap?.("this element was not on the page");
  }
}
