/**
 * Writes protocol buffer messages (https://protobuf.dev/programming-guides/encoding): all that ONNX models, TensorFlow
 * graphs and event files of TensorBoard take.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number): Uint8Array => varint((field << 3) | wire);

export const integer = (field: number, value: number | bigint): Uint8Array =>
  Buffer.concat([tag(field, VARINT), varint(value)]);

export const bytes = (field: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([tag(field, BYTES), varint(content.length), content]);

export const text = (field: number, content: string): Uint8Array => bytes(field, Buffer.from(content, 'utf8'));

export const message = (field: number, parts: readonly Uint8Array[]): Uint8Array => bytes(field, Buffer.concat(parts));

export function float(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED32), content]);
}

export function double(field: number, value: number): Uint8Array {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return Buffer.concat([tag(field, FIXED64), content]);
}

/** Numbers of a repeated field in one piece. */
export const packed = (field: number, values: readonly number[]): Uint8Array =>
  bytes(field, Buffer.concat(values.map(varint)));
