// Reports that several programs share: runtimes that serve models, and training that is followed by its files.

import type { RuntimeReport, TrainingReport } from "../client/src/contract";
import type { Row } from "./component-fields";
import type { Names } from "./metric-names";

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
  ["ray", "Ray"],
  ["triton", "Triton"],
  ["tgi", "TGI"],
  ["mlflow", "MLflow"],
  ["programs", "AI programs"],
]);

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
