import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOf } from './archive.ts';
import { decodeTorch, isTorch, TorchFileError } from './read.ts';
import { encodeZip } from './zip.ts';

const golden = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, 'golden', `${name}.pth`));

describe('what PyTorch wrote', () => {
  test.each(['state', 'legacy', 'checkpoint'])('is read value by value: %s.pth', async (name) => {
    const bytes = await golden(name);
    expect(isTorch(bytes)).toBe(true);
    const { tensors } = await decodeTorch(bytes, name);
    expect(Object.keys(tensors)).toHaveLength(14);
    expect(tensors.f32).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1.5, -0.25, 3e38, 0) });
    expect(tensors.f16!.data).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504));
    expect(tensors.bf16!.data).toEqual(Float32Array.of(1, -3, Infinity));
    expect(tensors.f64!.data).toEqual(Float32Array.of(0.1, -Infinity));
    expect(tensors.i64).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) });
    expect(tensors.i32).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(7, -7) });
    expect(tensors.u8).toEqual({ dtype: 'uint8', shape: [1, 3], data: Uint8Array.of(0, 128, 255) });
    expect(tensors.bool).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) });
    expect(tensors.scalar).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(42) });
    expect(tensors.empty).toEqual({ dtype: 'float32', shape: [0, 3], data: new Float32Array(0) });
    expect(tensors.parameter!.data).toEqual(Float32Array.of(1, 2));
    expect(tensors.transposed).toEqual({
      dtype: 'float32',
      shape: [4, 3],
      data: Float32Array.of(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11),
    });
    expect(tensors.column).toEqual({ dtype: 'float32', shape: [3], data: Float32Array.of(1, 5, 9) });
    expect(tensors.tied).toEqual({
      dtype: 'float32',
      shape: [3, 4],
      data: Float32Array.from({ length: 12 }, (_, i) => i),
    });
  });

  test('as a checkpoint keeps what it says of itself', async () => {
    expect((await decodeTorch(await golden('checkpoint'), 'checkpoint')).metadata).toEqual({
      epoch: '3',
      arch: 'resnet18',
      best: '0.5',
    });
    expect((await decodeTorch(await golden('state'), 'state')).metadata).toEqual({});
  });
});

test.each(['hostile', 'hostile-legacy'])(
  'a pickle that would run a command is refused, naming what it would have run: %s.pth',
  async (name) => {
    const refused = decodeTorch(await golden(name), 'bad.pth');
    await expect(refused).rejects.toThrow(TorchFileError);
    await expect(refused).rejects.toThrow(
      /^bad\.pth is not a torch file that can be read: it names "(posix|nt)\.system"\. Names are never looked up or called here/,
    );
  },
);

/** Any order of changes of a byte, and a cut. */
const changes = (length: number) =>
  fc.tuple(
    fc.array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    fc.oneof(fc.constant(0), fc.nat(length)),
  );

describe('whatever is done to a file, reading it gives tensors or a TorchFileError', () => {
  /** Null if tensors were read. */
  async function problemOf(bytes: Buffer): Promise<string | null> {
    return decodeTorch(bytes, 'changed.pth').then(
      () => null,
      (error: unknown) => {
        expect(error).toBeInstanceOf(TorchFileError);
        return (error as Error).message;
      },
    );
  }

  test.each(['state', 'legacy', 'checkpoint', 'hostile'])('bytes changed, cut: %s.pth', async (name) => {
    const good = await golden(name);
    await fc.assert(
      fc.asyncProperty(changes(good.length), async ([edits, cut]) => {
        const bytes = Buffer.from(good.subarray(0, good.length - cut));
        for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
        await problemOf(bytes);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  test('bytes of the pickle changed, with checksums that fit', async () => {
    const records = await recordsOf(await golden('checkpoint'), (problem) => expect.fail(problem));
    const pickle = records.get('data.pkl')!;
    const problems = new Set<string | null>();
    await fc.assert(
      fc.asyncProperty(changes(pickle.length), async ([edits, cut]) => {
        const changed = Uint8Array.from(pickle.subarray(0, pickle.length - cut));
        for (const [at, byte] of edits) if (at < changed.length) changed[at] = byte;
        problems.add(
          await problemOf(
            encodeZip(
              new Map(
                [...records, ['data.pkl', changed]].map(([name, content]) => [
                  `x/${name as string}`,
                  content as Uint8Array,
                ]),
              ),
            ),
          ),
        );
      }),
      { seed: 4, numRuns: 2000 },
    );
    // The changes reached the parser, which found them out in many ways.
    expect(problems.size).toBeGreaterThan(100);
    expect(problems).toContain(null);
  });

  test('bytes at random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (tail, legacy) => {
        const start = legacy ? Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex') : Buffer.from('PK\x03\x04');
        expect(await problemOf(Buffer.concat([start, tail]))).not.toBeNull();
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
