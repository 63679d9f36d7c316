/** Pixels that are padding, not tissue (PS3.3, C.7.5.1.1.2): a value, or a range of values. */
import type { DataSet } from 'dicom-parser';
import type { PixelFacts } from './pixel-facts.ts';

/** 1 for each padding pixel of the stored values; undefined if there is none. */
export function paddingMask(dataSet: DataSet, values: Float64Array, facts: PixelFacts): Uint8Array | undefined {
  const [value, limit] = [read(dataSet, facts, VALUE), read(dataSet, facts, LIMIT)];
  if (value === undefined || facts.samples === 3) return undefined;
  const [low, high] = [Math.min(value, limit ?? value), Math.max(value, limit ?? value)];
  let found = false;
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const stored = values[i] ?? 0;
    if (stored < low || stored > high) continue;
    mask[i] = 1;
    found = true;
  }
  return found ? mask : undefined;
}

const VALUE = { integers: 'x00280120', float: 'x00280122', double: 'x00280123' } as const;
const LIMIT = { integers: 'x00280121', float: 'x00280124', double: 'x00280125' } as const;

function read(dataSet: DataSet, facts: PixelFacts, tags: typeof VALUE | typeof LIMIT): number | undefined {
  const tag = tags[facts.numbers];
  if (facts.numbers === 'float') return dataSet.float(tag);
  if (facts.numbers === 'double') return dataSet.double(tag);
  const bits = dataSet.uint16(tag);
  if (bits === undefined) return undefined;
  const value = bits % 2 ** facts.bitsStored;
  return facts.signed && value >= 2 ** (facts.bitsStored - 1) ? value - 2 ** facts.bitsStored : value;
}
