import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostTensor } from '../host-tensor.ts';
import { decodeTorch } from './read.ts';
import { encodeTorch } from './write.ts';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const tensor: fc.Arbitrary<HostTensor> = shape.chain((sides) => {
  const n = sides.reduce((a, b) => a * b, 1);
  return fc.oneof(
    fc.float32Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'float32' as const, shape: sides, data })),
    fc.int32Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'int32' as const, shape: sides, data })),
    fc.uint8Array({ minLength: n, maxLength: n }).map((data) => ({ dtype: 'uint8' as const, shape: sides, data })),
    fc
      .uint8Array({ minLength: n, maxLength: n, max: 1 })
      .map((data) => ({ dtype: 'bool' as const, shape: sides, data })),
  );
});
const name = fc.oneof(fc.string(), fc.constantFrom('1', 'layer1.0.conv1.weight', '__proto__', 'é', '"\n'));

test('what is written is read back, whatever the names, types and shapes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, tensor, { minKeys: 1, maxKeys: 6 }),
      fc.dictionary(fc.string(), fc.string()),
      async (written, metadata) => {
        fc.pre(!Object.keys(written).every((key) => key.startsWith('module.')));
        const read = await decodeTorch(Buffer.from(encodeTorch(written, metadata)), 'memory');
        expect(new Map(Object.entries(read.tensors))).toEqual(new Map(Object.entries(written)));
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      },
    ),
    { seed: 6, numRuns: 200 },
  );
});

test("every tensor's bytes lie at a multiple of 64, for readers that map the file", () => {
  const marked = (value: number): HostTensor => ({ dtype: 'uint8', shape: [9], data: new Uint8Array(9).fill(value) });
  const bytes = Buffer.from(encodeTorch({ a: marked(0xa1), longer: marked(0xa2), b: marked(0xa3) }));
  for (const value of [0xa1, 0xa2, 0xa3]) expect(bytes.indexOf(Buffer.alloc(9, value)) % 64).toBe(0);
});
