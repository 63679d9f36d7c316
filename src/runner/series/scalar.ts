/** A value of a metric as the number that other tools draw. */
import type { Json } from '../../util/json.ts';
import type { MetricPoint } from './series-file.ts';

export interface Scalar {
  readonly name: string;
  readonly value: number;
  /** An integer. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Numbers the values without a step 0, 1, 2, ... by metric, and cuts off fractions of steps: other tools have integers.
 * JSON writes NaN as null, so null is NaN. Values that are no numbers are left out.
 */
export class ScalarReader {
  readonly #counts = new Map<string, number>();

  read({ name, value, step, time }: MetricPoint): Scalar | undefined {
    const number = numberOf(value);
    if (number === undefined) return undefined;
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return { name, value: number, step: Math.floor(step ?? count), time };
  }
}

function numberOf(value: Json): number | undefined {
  if (value === null) return NaN;
  return typeof value === 'number' ? value : undefined;
}
