/** Options by name, as the API takes them: an array of PJRT_NamedValue. */
import { structure, STRUCTURES, VALUE_TYPES, type Word } from './api.ts';
import { addressOf } from './plugin.ts';

/** A list of numbers is one of integers; other numbers are 64-bit integers, or floats where they are marked. */
export type OptionValue = string | number | boolean | readonly number[] | { readonly float: number };
export type NamedOptions = Readonly<Record<string, OptionValue>>;

interface NamedValues {
  readonly address: bigint;
  readonly count: number;
  /** To be kept while the address is used. */
  readonly held: readonly ArrayBufferView[];
}

export function namedValues(options: NamedOptions): NamedValues {
  const held: ArrayBufferView[] = [];
  const hold = (array: ArrayBufferView): bigint => {
    held.push(array);
    return addressOf(array);
  };
  const words = Object.entries(options).flatMap(([key, option]) => {
    const name = Buffer.from(key);
    const { type, value, size } = fieldsOf(option, hold);
    const fields = { name: hold(name), name_size: name.length, type, value, value_size: size };
    return [...structure(STRUCTURES.NamedValue, fields)];
  });
  return { address: hold(BigUint64Array.from(words)), count: Object.keys(options).length, held };
}

interface ValueFields {
  readonly type: number;
  /** A union of eight bytes. */
  readonly value: Word;
  readonly size: number;
}

function fieldsOf(value: OptionValue, hold: (array: ArrayBufferView) => bigint): ValueFields {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return { type: VALUE_TYPES.string, value: hold(text), size: text.length };
  }
  if (typeof value === 'boolean') return { type: VALUE_TYPES.bool, value: value ? 1 : 0, size: 1 };
  if (typeof value === 'number') return { type: VALUE_TYPES.int64, value, size: 1 };
  if ('float' in value) {
    const [bits = 0] = new Uint32Array(Float32Array.of(value.float).buffer);
    return { type: VALUE_TYPES.float, value: bits, size: 1 };
  }
  return { type: VALUE_TYPES.int64List, value: hold(BigInt64Array.from(value, BigInt)), size: value.length };
}
