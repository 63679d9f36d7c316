import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Encoder, EncoderOptions } from '../../tensor/encoder.ts';
import { openEncoder } from '../../tensor/open-encoder.ts';
import type { PackedImages } from '../dataset/packed-images.ts';
import { embedImages } from './embed.ts';

interface Golden {
  mean: [number, number, number];
  std: [number, number, number];
  size: number;
  images: number[];
  features: number[];
  tokens: number[];
  tokensShape: [number, number, number];
}

const folder = path.join(import.meta.dirname, 'golden');
const golden = JSON.parse(await readFile(path.join(folder, 'vit.json'), 'utf8')) as Golden;
const file = await readFile(path.join(folder, 'vit.onnx'));
const opened: Encoder[] = [];

afterAll(() => Promise.all(opened.map((encoder) => encoder.close())));

/** The images of the golden file, `times` over. */
function images(times = 1): PackedImages {
  const bytes = golden.size ** 2 * 3;
  const count = golden.images.length / bytes;
  return {
    count: times * count,
    size: golden.size,
    read: (indices) =>
      Promise.resolve(
        Uint8Array.from(
          Array.from(indices).flatMap((i) => golden.images.slice((i % count) * bytes, ((i % count) + 1) * bytes)),
        ),
      ),
    close: () => Promise.resolve(),
  };
}

async function open(options: Partial<EncoderOptions>): Promise<Encoder> {
  const encoder = await openEncoder(file, 'vit.onnx', { size: golden.size, threads: 1, ...options });
  if (!encoder.ok) throw new Error(encoder.error);
  opened.push(encoder.value);
  return encoder.value;
}

const refusal = async (bytes: Uint8Array, options: Partial<EncoderOptions>): Promise<string> => {
  const encoder = await openEncoder(bytes, 'vit.onnx', { size: golden.size, threads: 1, ...options });
  return encoder.ok ? 'it was opened' : encoder.error;
};

/** The largest difference, as a share of the largest value. */
function difference(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? NaN)))) / largest;
}

test('features of a ViT are those of PyTorch', async () => {
  const encoder = await open({ output: 'features' });
  const { shape, data } = await embedImages(encoder, images(), golden, () => undefined);
  expect(shape).toEqual([4, 24]);
  expect(difference(data, golden.features)).toBeLessThan(1e-5);
});

test('more images than a call takes follow each other, and progress counts them', async () => {
  const encoder = await open({ output: 'features' });
  const told: number[] = [];
  const { data } = await embedImages(encoder, images(5), golden, (done) => told.push(done));
  expect(told).toEqual([16, 20]);
  const expected = Array.from({ length: 5 }, () => golden.features).flat();
  expect(difference(data, expected)).toBeLessThan(1e-5);
});

test('tokens become one vector: the first, or the mean', async () => {
  const [batch, tokens, width] = golden.tokensShape;
  const first = await embedImages(
    await open({ output: 'tokens', pooling: 'first' }),
    images(),
    golden,
    () => undefined,
  );
  expect(difference(first.data, golden.features)).toBeLessThan(1e-5);
  const mean = Array.from({ length: batch * width }, (_, i) => {
    const start = Math.floor(i / width) * tokens * width + (i % width);
    return (
      Array.from({ length: tokens }, (_, t) => golden.tokens[start + t * width] ?? NaN).reduce((a, b) => a + b) / tokens
    );
  });
  const averaged = await embedImages(
    await open({ output: 'tokens', pooling: 'mean' }),
    images(),
    golden,
    () => undefined,
  );
  expect(difference(averaged.data, mean)).toBeLessThan(1e-5);
});

test.each([
  [{}, /has several outputs; it has features, tokens\. Name the one/],
  [{ output: 'logits' }, /has no output logits; it has features, tokens/],
  [{ output: 'tokens' }, /several vectors for each image\. Set "pooling"/],
  [{ output: 'features', pooling: 'mean' as const }, /Remove "pooling"/],
  [
    { output: 'features', size: 48 },
    /wants images of another size: the input pixel_values is float32 \[.*, 3, 32, 32\], and the images are 48 px/,
  ],
])('the options %j are refused with the remedy', async (options, message) => {
  expect(await refusal(file, options)).toMatch(message);
});

test('other files are named for what they are', async () => {
  expect(await refusal(Buffer.from('not a model'), {})).toMatch(/vit\.onnx is no ONNX file that ONNX Runtime can open/);
  const external = await readFile(path.join(folder, 'external.onnx'));
  expect(await refusal(external, {})).toMatch(/keeps its weights in a second file\. Export it as one file/);
});
