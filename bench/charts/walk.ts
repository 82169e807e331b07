// The data of all chart pages: the same for each, so that they draw the same lines.

export const CHARTS = 8;
export const LINES = 3;
export const POINTS = 300;
const START = Date.UTC(2026, 0, 1);

export interface Row {
  /** Milliseconds since the epoch; one second apart. */
  readonly time: number;
  /** Per cent; those of chart c are at c * LINES. */
  readonly values: readonly number[];
}

/** Walks between 0 and 100, drawn from a generator with a fixed seed (Park and Miller's). */
export function* walk(): Generator<Row, never> {
  let seed = 20_260_101;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const values = Array.from({ length: CHARTS * LINES }, () => 100 * random());
  for (let second = 0; ; second += 1) {
    for (const [index, value] of values.entries()) {
      values[index] = Math.min(100, Math.max(0, value + 8 * (random() - 0.5)));
    }
    yield { time: START + second * 1000, values: [...values] };
  }
}
