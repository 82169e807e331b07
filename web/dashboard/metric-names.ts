// Names of metrics, checked against the contract's types: a chart of a metric that does not exist fails to compile.

import type { Gpu, Sample } from "../client/src/contract";
import { pathOf, type Path } from "../elements/path";

/** The dotted names of all values of type `Leaf` in `Part`; lists are left out, their rows have keys of their own. */
export type Names<Part, Leaf> = NonNullable<Part> extends readonly unknown[]
  ? never
  : NonNullable<Part> extends object
    ? {
        [Key in keyof NonNullable<Part> & string]: NonNullable<NonNullable<Part>[Key]> extends Leaf
          ? Key
          : `${Key}.${Names<NonNullable<Part>[Key], Leaf>}`;
      }[keyof NonNullable<Part> & string]
    : never;

export type MetricName =
  | `system.${Names<Sample["system"], number>}`
  | `server.${Names<Omit<Sample["server"], "collectors">, number>}`;

export function metric(name: MetricName): Path {
  return pathOf(name);
}

export function gpuMetric(uuid: string, field: keyof Gpu): Path {
  return ["system", "gpus", uuid, field];
}
