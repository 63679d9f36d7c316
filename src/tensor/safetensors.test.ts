import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostTensor } from './host-tensor.ts';
import {
  SafetensorsError,
  createSafetensors,
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from './safetensors.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with a header of one's own making. */
function file(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const tensor: fc.Arbitrary<HostTensor> = shape.chain((shape) => {
  const n = shape.reduce((a, b) => a * b, 1);
  return fc.oneof(
    fc.float32Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'float32' as const, shape, data })),
    fc.int32Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'int32' as const, shape, data })),
    fc.uint8Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'uint8' as const, shape, data })),
    fc.uint8Array({ minLength: n, maxLength: n, max: 1 }).map((data) => ({ dtype: 'bool' as const, shape, data })),
  );
});
const name = fc
  .oneof(fc.string(), fc.constantFrom('1', '02', 'layer1.0.conv1.weight', '__proto__', 'é', '"'))
  .filter((n) => n !== '__metadata__');
const tensors = fc.dictionary(name, tensor, { maxKeys: 6 });

describe('files', () => {
  test('what the reference library wrote is read', async () => {
    const { tensors, metadata } = await readSafetensors(join(import.meta.dirname, 'golden/reference.safetensors'));
    expect(metadata).toEqual({ 'written by': expect.stringMatching(/^safetensors /) as string });
    expect(Object.keys(tensors)).toHaveLength(10);
    expect(tensors.f32).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1.5, -0.25, 3e38, 0) });
    expect(tensors.f16!.data).toEqual(
      Float32Array.of(1, -2, 2 ** -24, 3 * 2 ** -20, 65504, Infinity, -0, 0.333251953125),
    );
    expect(tensors.bf16!.data).toEqual(Float32Array.of(1, -3, Infinity));
    expect(tensors.f64!.data).toEqual(Float32Array.of(0.1, -Infinity));
    expect(tensors.i32).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(-(2 ** 31), 7) });
    expect(tensors.i64).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) });
    expect(tensors.u8).toEqual({ dtype: 'uint8', shape: [1, 3], data: Uint8Array.of(0, 128, 255) });
    expect(tensors.bool).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) });
    expect(tensors.scalar).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(42) });
    expect(tensors.empty).toEqual({ dtype: 'float32', shape: [0, 3], data: new Float32Array(0) });
  });

  test('what is written is read back, whatever the names, types and shapes', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
        const read = decodeSafetensors(encodeSafetensors(written, metadata), 'memory');
        expect(new Map(Object.entries(read.tensors))).toEqual(new Map(Object.entries(written)));
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('equal tensors give equal bytes in whatever order they are named, and every tensor is aligned', () => {
    const a: HostTensor = { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) };
    const b: HostTensor = { dtype: 'float32', shape: [1], data: Float32Array.of(5) };
    const bytes = encodeSafetensors({ a, b }, { x: '1', y: '2' });
    expect(encodeSafetensors({ b, a }, { y: '2', x: '1' })).toEqual(bytes);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    expect(Buffer.from(bytes).toString('latin1')).toContain(
      '"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}',
    );
  });

  test('a file written in pieces, in any order, equals the one written at once', async () => {
    const images: HostTensor = { dtype: 'uint8', shape: [4, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i) };
    const whole = join(folder, 'whole.safetensors');
    const pieces = join(folder, 'pieces.safetensors');
    await writeSafetensors(whole, { images }, { made: 'here' });
    const writer = await createSafetensors(pieces, { images: { dtype: 'uint8', shape: [4, 3] } }, { made: 'here' });
    for (const i of [2, 0, 3, 1])
      await writer.writeBytes('images', 3 * i, (images.data as Uint8Array).subarray(3 * i, 3 * i + 3));
    expect(() => writer.writeBytes('images', 10, new Uint8Array(3))).toThrow('do not belong');
    await writer.close();
    expect(await readFile(pieces)).toEqual(await readFile(whole));

    const reader = await openSafetensors(pieces);
    const into = new Uint8Array(5);
    const entry = reader.entries.get('images')!;
    await reader.readBytes(entry, 4, into);
    expect([...into]).toEqual([4, 5, 6, 7, 8]);
    expect(() => reader.readBytes(entry, 8, into)).toThrow('Internal error');
    await reader.close();
  });
});

describe('hostile input is refused, saying what is wrong', () => {
  const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'it has 0 bytes'],
    [
      'a header longer than the file',
      file({ a: f32(0, 4) }).subarray(0, 20),
      'but the file has only 20. Was it cut short?',
    ],
    ['a huge header', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x7f, 1, 2), 'Is it a file of another kind?'],
    ['no JSON', file('PK nothing'), 'not a JSON object'],
    ['a list', file([]), 'not a JSON object'],
    ['bad UTF-8', Buffer.concat([Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0), Uint8Array.of(0x7b, 0xff, 0x7d)]), 'not UTF-8'],
    ['truncated data', file({ a: f32(0, 8) }, new Uint8Array(4)), 'Was it cut short or appended to?'],
    ['data after the last tensor', file({ a: f32(0, 4) }, new Uint8Array(8)), 'Was it cut short or appended to?'],
    [
      'overlapping tensors',
      file({ a: f32(0, 8), b: f32(4, 12) }, new Uint8Array(12)),
      'tensor "b" begins at byte 4 of the data, but the one before it ends at 8',
    ],
    ['a gap', file({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12)), 'must not overlap and must not leave gaps'],
    ['offsets beyond the file', file({ a: f32(0, 4000) }, new Uint8Array(4)), 'the file has'],
    [
      'wrong byte counts',
      file({ a: f32(0, 4, [2]) }, new Uint8Array(4)),
      'tensor "a" should have 8 bytes (F32 [2]), but data_offsets [0, 4] hold 4.',
    ],
    ['a size that overflows', file({ a: f32(0, 4, [2 ** 40, 2 ** 40]) }, new Uint8Array(4)), 'tensor "a" should have'],
    ['negative sides', file({ a: f32(0, 4, [-1, -1]) }, new Uint8Array(4)), 'a list of whole numbers >= 0'],
    [
      'backward offsets',
      file({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, new Uint8Array(4)),
      'should have 4 bytes',
    ],
    [
      'fractions',
      file({ a: { dtype: 'F32', shape: [1], data_offsets: [0.5, 4.5] } }, new Uint8Array(4)),
      '[begin, end] is expected',
    ],
    [
      'another type',
      file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      'has the type "F8_E4M3"; these are read: F64, I64',
    ],
    [
      'a type named like a method',
      file({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      'has the type "toString"',
    ],
    [
      'a repeated name',
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        new Uint8Array(1),
      ),
      'names "a" twice',
    ],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), 'must map names to strings'],
    [
      'a number that does not fit',
      file({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0)),
      'holds 4294967296, which does not fit in 32 bits',
    ],
    [
      'a truth that is neither',
      file({ a: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, Uint8Array.of(2)),
      'holds the byte 2',
    ],
  ])('%s', (_, bytes, message) => {
    const read = () => decodeSafetensors(bytes, 'bad.safetensors');
    expect(read).toThrow(SafetensorsError);
    expect(read).toThrow('bad.safetensors is not a safetensors file that can be read: ');
    expect(read).toThrow(message);
  });

  test('whatever byte is changed, reading gives tensors or a SafetensorsError, and a positioned open agrees', async () => {
    const good = encodeSafetensors(
      {
        a: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) },
        b: { dtype: 'bool', shape: [1], data: Uint8Array.of(1) },
      },
      { k: 'v' },
    );
    const path = join(folder, 'changed.safetensors');
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(8), async (at, byte, cut) => {
        const bytes = good.slice(0, good.length - cut);
        if (at < bytes.length) bytes[at] = byte;
        await writeFile(path, bytes);
        const opened = await openSafetensors(path).then(
          (reader) => reader.close().then(() => true),
          (error: unknown) => error,
        );
        try {
          decodeSafetensors(bytes, path);
          expect(opened).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(SafetensorsError);
        }
        if (opened !== true) expect(opened).toBeInstanceOf(SafetensorsError);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});
