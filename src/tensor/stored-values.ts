/**
 * Stored bytes to the values of a HostTensor, and which stored type a dtype is written as. Little-endian processors
 * only.
 */
import { STORED_WIDTH, type Entry, type StoredType } from './safetensors-header.ts';
import type { DType, HostTensor } from './host-tensor.ts';

/** Stops, naming the file: the values are not those of its type. */
type Refuse = (problem: string) => never;

/** `uint16` is written and read piece by piece only: no tensor in memory has it. */
export const STORED_AS = {
  float32: 'F32',
  int32: 'I32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<DType | 'uint16', StoredType>;

export const bytesOf = (tensor: HostTensor): Uint8Array =>
  new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);

/**
 * F32, F16, BF16 and F64 become float32 (F64 rounds to nearest); I32, I64 and U16 become int32, or are refused if a
 * value does not fit.
 */
export function decodeValues(entry: Omit<Entry, 'begin'>, stored: Uint8Array, refuse: Refuse): HostTensor {
  if (stored.length !== entry.bytes)
    throw new Error(`Internal error: ${stored.length} bytes for tensor "${entry.name}" of ${entry.bytes}.`);
  // A copy starts at offset 0, as views of wider types need (and Buffer.slice would be no copy).
  const { buffer } = new Uint8Array(stored);
  const shape = entry.shape;
  const count = entry.bytes / STORED_WIDTH[entry.type];
  switch (entry.type) {
    case 'F32':
      return { dtype: 'float32', shape, data: new Float32Array(buffer) };
    case 'F64':
      return { dtype: 'float32', shape, data: Float32Array.from(new Float64Array(buffer)) };
    case 'F16':
      return { dtype: 'float32', shape, data: widen(new Uint16Array(buffer), count, bitsOfHalf) };
    case 'BF16':
      return { dtype: 'float32', shape, data: widen(new Uint16Array(buffer), count, (bits) => bits << 16) };
    case 'I32':
      return { dtype: 'int32', shape, data: new Int32Array(buffer) };
    case 'I64':
      return { dtype: 'int32', shape, data: narrow(new BigInt64Array(buffer), entry.name, refuse) };
    case 'U16':
      return { dtype: 'int32', shape, data: Int32Array.from(new Uint16Array(buffer)) };
    case 'U8':
      return { dtype: 'uint8', shape, data: new Uint8Array(buffer) };
    case 'BOOL':
      return { dtype: 'bool', shape, data: truths(new Uint8Array(buffer), entry.name, refuse) };
  }
}

function widen(stored: Uint16Array, count: number, bitsOf: (bits: number) => number): Float32Array {
  const bits = new Int32Array(count);
  for (let i = 0; i < count; i++) bits[i] = bitsOf(stored[i]!);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 half precision to the bits of the equal single-precision number; NaN payloads keep their leading bits. */
function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: shift the leading one to the place that single precision implies.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

function narrow(values: BigInt64Array, name: string, refuse: Refuse): Int32Array {
  return Int32Array.from(values, (value) => {
    const narrowed = Number(value);
    if (narrowed !== (narrowed | 0))
      refuse(`tensor "${name}" holds ${value.toString()}, which does not fit in 32 bits.`);
    return narrowed;
  });
}

function truths(values: Uint8Array, name: string, refuse: Refuse): Uint8Array {
  const stray = values.find((value) => value > 1);
  if (stray !== undefined) refuse(`tensor "${name}" is BOOL, but holds the byte ${stray}; 0 and 1 are allowed.`);
  return values;
}
