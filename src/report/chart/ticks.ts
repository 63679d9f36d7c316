/** Round numbers along an axis, and their texts. */
import type { ScaleLinear } from 'd3-scale';
import { fixed } from '../format.ts';
import { at } from '../../util/known.ts';

interface Tick {
  readonly at: number;
  readonly text: string;
}

export function ticksOf(scale: ScaleLinear<number, number>, count: number): Tick[] {
  const values = scale.ticks(count);
  const step = values.length > 1 ? at(values, 1) - at(values, 0) : 1;
  // As many decimals as tell neighbors apart; the small term forgives 0.1 + 0.2.
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return values.map((value) => ({ at: scale(value), text: fixed(value, digits) }));
}
