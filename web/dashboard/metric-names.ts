// Names of metrics, checked against the contract's types: a chart of a metric that does not exist fails to compile.

import type { Gpu, Sample } from "../client/src/contract";
import { pathOf, type Path } from "../elements/path";

type Names<T, Prefix extends string> = T extends number
  ? Prefix
  : T extends readonly unknown[]
    ? never
    : T extends object
      ? { [Key in keyof T & string]: Names<NonNullable<T[Key]>, `${Prefix}.${Key}`> }[keyof T & string]
      : never;

export type MetricName = Names<Sample["system"], "system"> | Names<Omit<Sample["server"], "collectors">, "server">;

export function metric(name: MetricName): Path {
  return pathOf(name);
}

export function gpuMetric(uuid: string, field: keyof Gpu): Path {
  return ["system", "gpus", uuid, field];
}
