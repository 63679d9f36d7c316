import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Differences } from './differences.ts';
import { readSafetensorsHeader, type TensorHeader } from './safetensors-header.ts';

/**
 * Tensor by tensor, a piece at a time: weights may be larger than memory. False if either file is no safetensors file.
 */
export function compareSafetensors(recorded: string, now: string, differences: Differences): boolean {
  const files = [openSync(recorded, 'r'), openSync(now, 'r')] as const;
  try {
    const [before, after] = files.map((file) => readSafetensorsHeader(file, fstatSync(file).size));
    if (!before || !after) return false;
    for (const key of new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])) {
      const textIn = ({ metadata }: typeof before) => (key in metadata ? JSON.stringify(metadata[key]) : '(absent)');
      const [a, b] = [textIn(before), textIn(after)];
      if (a !== b) differences.other(`metadata ${key}`, a, b);
    }
    for (const name of new Set([...before.tensors.keys(), ...after.tensors.keys()])) {
      const [a, b] = [before.tensors.get(name), after.tensors.get(name)];
      if (!a || !b || kindOf(a) !== kindOf(b)) differences.other(`tensor ${name}`, kindOf(a), kindOf(b));
      else compareTensor(name, files, a, b, differences);
    }
    return true;
  } finally {
    for (const file of files) closeSync(file);
  }
}

const kindOf = (tensor: TensorHeader | undefined): string =>
  tensor === undefined ? '(absent)' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;

const PIECE = 1 << 20;

function compareTensor(
  name: string,
  [recorded, now]: readonly [number, number],
  a: TensorHeader,
  b: TensorHeader,
  differences: Differences,
): void {
  const type = TYPES[a.dtype];
  for (let at = 0; at < a.end - a.begin; at += PIECE) {
    const length = Math.min(PIECE, a.end - a.begin - at);
    const [x, y] = [read(recorded, a.begin + at, length), read(now, b.begin + at, length)];
    if (x.equals(y)) continue;
    if (type === undefined) {
      differences.other(`tensor ${name}`, `bytes of type ${a.dtype}`, 'other bytes');
      return;
    }
    for (let offset = 0; offset < length; offset += type.width) {
      const [before, after] = [type.read(x, offset), type.read(y, offset)];
      if (before !== after)
        differences.number(
          name,
          () => `${name}[${indexOf((at + offset) / type.width, a.shape).join(', ')}]`,
          before,
          after,
        );
    }
  }
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, position);
  return bytes;
}

/** Row-major. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

interface NumberType {
  readonly width: number;
  readonly read: (bytes: Buffer, offset: number) => number;
}

const TYPES: Readonly<Record<string, NumberType>> = {
  F64: { width: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
  F32: { width: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  F16: { width: 2, read: (bytes, at) => half(bytes.readUInt16LE(at)) },
  BF16: { width: 2, read: (bytes, at) => single(bytes.readUInt16LE(at) << 16) },
  I64: { width: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  I32: { width: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  I16: { width: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  I8: { width: 1, read: (bytes, at) => bytes.readInt8(at) },
  U64: { width: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) },
  U32: { width: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  U16: { width: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  U8: { width: 1, read: (bytes, at) => bytes.readUInt8(at) },
  BOOL: { width: 1, read: (bytes, at) => bytes.readUInt8(at) },
};

function single(bits: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(bits);
  return bytes.readFloatLE();
}

/** IEEE 754 half precision: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
