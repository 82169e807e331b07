// What is shown of the AI components that the page knows, in which order: by name, or by the report that several share
// (runtimes that serve models; training that is followed by its files).

import type { RuntimeReport, Sample, TrainingReport } from "../client/src/contract";
import type { Names } from "./metric-names";

type Components = Sample["ai"]["components"];
type Known = "tinygrad" | "petals" | "wondercraft";

export type Labelled<Name> = readonly (readonly [label: string, name: Name])[];

export interface Row<Name> {
  /** On the card, and first in the detail view. */
  readonly card: Labelled<Name>;
  /** In the detail view alone. */
  readonly further: Labelled<Name>;
  /** Its rate: drawn small on the card. */
  readonly spark: Name;
  readonly charts: readonly { readonly title: string; readonly lines: Labelled<Name> }[];
  /** Texts that are told in a line of their own when there are any. */
  readonly notes?: readonly string[];
}

/** How components are called where that is not their name. */
export const TITLES: ReadonlyMap<string, string> = new Map([
  ["petals", "Petals"],
  ["wondercraft", "Wondercraft"],
  ["training", "Training"],
  ["tensorboard", "TensorBoard"],
  ["huggingface", "Hugging Face"],
  ["hugging_face", "Hugging Face"],
  ["llama_cpp", "llama.cpp"],
  ["vllm", "vLLM"],
  ["sglang", "SGLang"],
  ["ray", "Ray"],
  ["triton", "Triton"],
  ["tgi", "TGI"],
  ["mlflow", "MLflow"],
  ["programs", "AI programs"],
]);

export const ROWS: { readonly [Name in Known]: Row<Names<Components[Name], number | string>> } = {
  tinygrad: {
    card: [
      ["run", "latest.run"],
      ["step", "latest.step"],
      ["loss", "latest.loss"],
      ["tokens", "latest.tokens_per_second"],
      ["step time", "latest.step_seconds"],
    ],
    further: [
      ["GFLOPS", "latest.gflops"],
      ["kernels", "latest.kernels_per_second"],
      ["memory", "latest.memory_used_bytes"],
      ["runs", "runs_count"],
      ["artifacts", "artifacts_count"],
    ],
    spark: "latest.tokens_per_second",
    charts: [
      { title: "Loss", lines: [["", "latest.loss"]] },
      { title: "Tokens", lines: [["", "latest.tokens_per_second"]] },
      { title: "Step time", lines: [["", "latest.step_seconds"]] },
    ],
  },
  petals: {
    card: [
      ["state", "state"],
      ["served here", "served_blocks"],
      ["on disk", "cache_blocks"],
      ["servers", "peers_count"],
      ["inference", "inference_per_second"],
      ["cache left", "cache_tokens_left"],
    ],
    further: [
      ["model", "model"],
      ["blocks", "blocks_count"],
      ["throughput", "throughput"],
      ["forward", "forward_per_second"],
      ["network", "network_per_second"],
      ["servers here", "server_processes_count"],
      ["orphans", "orphans_count"],
      ["CPU", "cpu_percent"],
      ["sent", "network_bytes_sent_per_second"],
      ["received", "network_bytes_received_per_second"],
      ["cached inference", "cached_inference_per_second"],
      ["cached forward", "cached_forward_per_second"],
      ["cached network", "cached_network_per_second"],
    ],
    spark: "inference_per_second",
    charts: [
      { title: "Inference", lines: [["", "inference_per_second"]] },
      { title: "Attention cache left", lines: [["", "cache_tokens_left"]] },
      {
        title: "Network of its servers",
        lines: [
          ["received", "network_bytes_received_per_second"],
          ["sent", "network_bytes_sent_per_second"],
        ],
      },
    ],
  },
  wondercraft: {
    card: [
      ["scenes", "scenes_count"],
      ["XR overlays", "xr_overlays_count"],
      ["invalid", "invalid_count"],
      ["frames", "latest.frames_per_second"],
      ["newest scene", "latest.scene"],
    ],
    further: [
      ["frame time", "latest.frame_time_seconds"],
      ["USD files checked", "usd_check"],
    ],
    spark: "latest.frames_per_second",
    charts: [
      { title: "Frames", lines: [["", "latest.frames_per_second"]] },
      { title: "Frame time", lines: [["", "latest.frame_time_seconds"]] },
    ],
    notes: ["invalid_reason"],
  },
};

interface Shape<Report> {
  /** A component that has all these keys reports this. */
  readonly marks: readonly (keyof Report & string)[];
  readonly row: Row<Names<Report, number | string>>;
}

export const RUNTIME: Shape<RuntimeReport> = {
  marks: ["requests_waiting", "kv_cache_usage_percent"],
  row: {
    card: [
      ["tokens", "tokens_per_second"],
      ["running", "requests_running"],
      ["waiting", "requests_waiting"],
      ["KV cache", "kv_cache_usage_percent"],
      ["first token", "time_to_first_token_seconds"],
    ],
    further: [
      ["prompt tokens", "prompt_tokens_per_second"],
      ["requests", "requests_per_second"],
      ["endpoint", "endpoint"],
    ],
    spark: "tokens_per_second",
    charts: [
      {
        title: "Tokens",
        lines: [
          ["generated", "tokens_per_second"],
          ["prompts", "prompt_tokens_per_second"],
        ],
      },
      {
        title: "Requests",
        lines: [
          ["running", "requests_running"],
          ["waiting", "requests_waiting"],
        ],
      },
      { title: "KV cache", lines: [["", "kv_cache_usage_percent"]] },
      { title: "Time to first token", lines: [["", "time_to_first_token_seconds"]] },
    ],
  },
};

export const TRAINING: Shape<TrainingReport> = {
  marks: ["runs_count", "latest"],
  row: {
    card: [
      ["run", "latest.run"],
      ["step", "latest.step"],
      ["loss", "latest.loss"],
      ["tokens", "latest.tokens_per_second"],
      ["done", "latest.progress_percent"],
      ["remaining", "latest.remaining_seconds"],
    ],
    further: [
      ["of steps", "latest.max_steps"],
      ["epoch", "latest.epoch"],
      ["learning rate", "latest.learning_rate"],
      ["runs", "runs_count"],
    ],
    spark: "latest.tokens_per_second",
    charts: [
      { title: "Loss", lines: [["", "latest.loss"]] },
      { title: "Tokens", lines: [["", "latest.tokens_per_second"]] },
      { title: "Learning rate", lines: [["", "latest.learning_rate"]] },
    ],
  },
};
