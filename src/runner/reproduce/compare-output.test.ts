import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compareOutput, type FilePaths } from './compare-output.ts';

type Content = string | Uint8Array;

/** Two versions of an output, each with its files. */
function compare(
  recorded: Readonly<Record<string, Content>>,
  now: Readonly<Record<string, Content>>,
  tolerance = 1e-6,
) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'audit-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const files = (side: string, contents: Readonly<Record<string, Content>>): FilePaths =>
    new Map(
      Object.entries(contents).map(([name, content]) => {
        const file = path.join(folder, `${side}-${name}`);
        writeFileSync(file, content);
        return [name, file];
      }),
    );
  return compareOutput(files('recorded', recorded), files('now', now), tolerance);
}

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

function safetensors(tensors: Readonly<Record<string, Tensor>>, metadata: object = {}): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(
    ([name, { dtype, shape, data }]) =>
      [name, { dtype, shape, data_offsets: [end, (end += data.byteLength)] }] as const,
  );
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([
    length,
    header,
    ...Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

const f32 = (shape: readonly number[], ...values: readonly number[]): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
});
const f16 = (...bits: readonly number[]): Tensor => ({
  dtype: 'F16',
  shape: [bits.length],
  data: Uint16Array.from(bits),
});

test('the same bytes are identical', () => {
  expect(compare({ 'a.bin': 'abc' }, { 'a.bin': 'abc' })).toEqual({ verdict: 'identical' });
});

test('of a file whose numbers are not known, the first byte that differs is told', () => {
  expect(compare({ 'a.bin': 'abcd' }, { 'a.bin': 'abxd' })).toEqual({ verdict: 'different', first: 'byte 2' });
  expect(compare({ 'a.bin': 'ab' }, { 'a.bin': 'abxd' })).toEqual({ verdict: 'different', first: 'byte 2' });
  const long = Buffer.alloc(3_000_000, 7);
  const other = Buffer.from(long);
  other[2_500_000] = 8;
  expect(compare({ 'a.bin': long }, { 'a.bin': other }).first).toBe('byte 2500000');
});

test('tensors are compared by name: how far apart, and where first', () => {
  const recorded = safetensors({ w: f32([2, 2], 1, 2, 3, 4), b: f32([1], 8) });
  const now = safetensors({ w: f32([2, 2], 1, 2, 3.5, 4.25), b: f32([1], 8) });
  expect(compare({ 'm.safetensors': recorded }, { 'm.safetensors': now })).toEqual({
    verdict: 'different',
    first: 'w[1, 0]: 3 -> 3.5',
    fields: { w: { values: 2, maxAbsolute: 0.5, maxRelative: 0.142857 } },
  });
  expect(compare({ 'm.safetensors': recorded }, { 'm.safetensors': now }, 0.2).verdict).toBe('within');
});

test('half precision is read as IEEE 754 says: normal, subnormal, infinite', () => {
  // 1, 2^-24, 65504 -> 1.5, 2^-23, 65472
  const read = compare(
    { 'm.safetensors': safetensors({ w: f16(0x3c00, 1, 0x7bff) }) },
    { 'm.safetensors': safetensors({ w: f16(0x3e00, 2, 0x7bfe) }) },
  );
  expect(read).toMatchObject({
    first: 'w[0]: 1 -> 1.5',
    fields: { w: { values: 3, maxAbsolute: 32, maxRelative: 0.5 } },
  });
  expect(
    compare({ 'm.safetensors': safetensors({ w: f16(0x7c00) }) }, { 'm.safetensors': safetensors({ w: f16(0xfc00) }) })
      .first,
  ).toBe('w[0]: Infinity -> -Infinity');
});

test('other shapes, other tensors and other metadata are no matter of more or less', () => {
  const recorded = safetensors({ w: f32([2], 1, 2) }, { epoch: '3' });
  expect(
    compare({ 'm.safetensors': recorded }, { 'm.safetensors': safetensors({ w: f32([1, 2], 1, 2) }, { epoch: '3' }) }),
  ).toEqual({ verdict: 'different', first: 'tensor w: F32 [2] -> F32 [1, 2]' });
  expect(
    compare({ 'm.safetensors': recorded }, { 'm.safetensors': safetensors({ v: f32([2], 1, 2) }, { epoch: '3' }) }, 9)
      .first,
  ).toBe('tensor w: F32 [2] -> (absent)');
  expect(
    compare({ 'm.safetensors': recorded }, { 'm.safetensors': safetensors({ w: f32([2], 1, 2) }, { epoch: '4' }) }, 9)
      .first,
  ).toBe('metadata epoch: "3" -> "4"');
});

test('what only claims to be safetensors, JSON, ... is compared as bytes', () => {
  expect(compare({ 'm.safetensors': 'weights' }, { 'm.safetensors': 'weighty' })).toEqual({
    verdict: 'different',
    first: 'byte 6',
  });
  expect(compare({ 'm.json': '{"a":1' }, { 'm.json': '{"a":2' })).toEqual({ verdict: 'different', first: 'byte 5' });
});

test('JSON: the order of keys is no difference, another length or text is one whatever the tolerance', () => {
  expect(compare({ 'a.json': '{"a":1,"b":[1,2]}' }, { 'a.json': '{"b":[1,2],"a":1}' })).toEqual({
    verdict: 'within',
    first: 'the same values, written differently',
  });
  expect(compare({ 'a.json': '{"b":[1,2]}' }, { 'a.json': '{"b":[1]}' }, 9)).toEqual({
    verdict: 'different',
    first: 'length of b: 2 -> 1',
  });
  expect(compare({ 'a.json': '{"b":"x","c":null}' }, { 'a.json': '{"b":"y"}' }, 9)).toEqual({
    verdict: 'different',
    first: 'b: "x" -> "y"',
  });
});

test('CSV: cells that are numbers by value, all others exactly', () => {
  expect(compare({ 'a.csv': 'id,x\n1,2.50\n' }, { 'a.csv': 'id,x\n1,2.5\n' }).verdict).toBe('within');
  expect(compare({ 'a.csv': 'id,x\na,1\n' }, { 'a.csv': 'id,x\nb,1\n' }, 9)).toEqual({
    verdict: 'different',
    first: 'row 2, id: a -> b',
  });
  expect(compare({ 'a.csv': 'id,x\na,1\n' }, { 'a.csv': 'id,x\na,\n' }, 9)).toEqual({
    verdict: 'different',
    first: 'row 2, x: 1 -> ',
  });
  expect(compare({ 'a.csv': 'x\n1\n' }, { 'a.csv': 'x\n1\n2\n' }, 9).first).toBe('number of rows: 2 -> 3');
});

test('a folder is as its worst file', () => {
  expect(compare({ 'a.json': '1', 'b.txt': 'x' }, { 'a.json': '1.0000001', 'b.txt': 'x' })).toEqual({
    verdict: 'within',
    first: 'a.json: value: 1 -> 1.0000001',
    fields: { 'a.json: value': { values: 1, maxAbsolute: 1e-7, maxRelative: 1e-7 } },
  });
  expect(compare({ 'a.json': '1', 'b.txt': 'x' }, { 'a.json': '1.0000001', 'b.txt': 'y' }).verdict).toBe('different');
  expect(compare({ 'a.txt': '1', 'b.txt': 'x' }, { 'a.txt': '1' })).toEqual({
    verdict: 'different',
    first: 'b.txt: it was not written',
  });
});
