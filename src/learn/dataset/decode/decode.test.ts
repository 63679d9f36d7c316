/** Images of every kind to squares of one size. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp, { type JpegOptions } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { random } from '../../../util/random.ts';
import { decodeImage, type Pixels } from './decode.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A smooth picture with a sharp edge and a little noise, as photographs have them. */
function picture(width: number, height: number, channels: 1 | 3): Pixels {
  const noise = random(7, 'picture', width, height);
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels];
    const edge = (x - width / 2) ** 2 + (y - height / 3) ** 2 < (height / 4) ** 2 ? 70 : 0;
    return Math.min(255, 40 + edge + 30 * Math.sin(x / 9 + c) + 40 * Math.cos(y / 14) + 50 + 8 * noise.uniform());
  });
  return { data, width, height, channels };
}

const png = ({ data, ...raw }: Pixels) => sharp(data, { raw }).png().toBuffer();

const jpeg = ({ data, ...raw }: Pixels, options: JpegOptions = {}) =>
  sharp(data, { raw })
    .jpeg({ quality: 90, ...options })
    .toBuffer();

async function decoded(file: Buffer, size: number): Promise<Uint8Array> {
  const path = join(folder, 'image');
  await writeFile(path, file);
  const image = await decodeImage(path, size);
  if (!image.ok) throw new Error(image.error);
  return Uint8Array.from(image.value.values);
}

const largestDifference = (a: Uint8Array, b: Uint8Array): number => {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
};

describe('the square', () => {
  test.each([
    [50, 37, 20],
    [37, 50, 20],
    [31, 90, 30],
    [16, 16, 16],
    [700, 17, 16],
    [17, 700, 9],
  ])('of %i x %i to %i pixels is the sum that defines it, within 2', async (width, height, size) => {
    const pixels = picture(width, height, 3);
    expect(largestDifference(await decoded(await png(pixels), size), byDefinition(pixels, size))).toBeLessThanOrEqual(
      2,
    );
  });

  test.each([0, 1, 127, 254, 255])('of one color is of that color (%i)', async (value) => {
    const data = new Uint8Array(33 * 21 * 3).fill(value);
    const square = await decoded(await png({ data, width: 33, height: 21, channels: 3 }), 13);
    expect(new Set(square)).toEqual(new Set([value]));
  });

  test('of a JPEG file is that of its pixels', async () => {
    const kinds: JpegOptions[] = [{}, { chromaSubsampling: '4:4:4' }, { progressive: true }];
    for (const options of kinds) {
      const file = await jpeg(picture(71, 53, 3), options);
      const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
      const pixels = { data, width: info.width, height: info.height, channels: 3 } as const;
      expect(await decoded(file, 40)).toEqual(await decoded(await png(pixels), 40));
    }
  });

  test('of a gray image has three equal channels', async () => {
    const square = await decoded(await png(picture(30, 40, 1)), 20);
    expect(square).toHaveLength(3 * 20 * 20);
    expect(square.every((value, i) => value === square[i - (i % 3)])).toBe(true);
  });
});

/** Every output pixel straight from its definition: a two-dimensional sum in real numbers. */
function byDefinition({ data, width, height }: Pixels, size: number): Uint8Array {
  const shrink = Math.min(width, height) / size;
  const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  const filter = (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);
  const center = (index: number, length: number) => {
    const whole = Math.round(length / shrink);
    return (index + Math.floor((whole - size + 1) / 2) + 0.5 - whole / 2) * shrink + length / 2;
  };
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const [x, y, c] = [center(Math.floor(i / 3) % size, width), center(Math.floor(i / 3 / size), height), i % 3];
    let [sum, total] = [0, 0];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const weight = filter((row + 0.5 - y) / shrink) * filter((column + 0.5 - x) / shrink);
        sum += weight * data[3 * (row * width + column) + c]!;
        total += weight;
      }
    }
    return Math.max(0, Math.min(255, Math.round(sum / total)));
  });
}

test('whatever bytes are damaged, an image is decoded or its reason is told', async () => {
  const file = await jpeg(picture(47, 36, 3));
  const path = join(folder, 'damaged.jpg');
  const byte = fc.record({ at: fc.integer({ min: 0, max: file.length - 1 }), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = Buffer.from(file);
      for (const { at, value } of changes) damaged[at] = value;
      await writeFile(path, damaged);
      const image = await decodeImage(path, 24);
      if (image.ok) expect(image.value.values).toHaveLength(24 * 24 * 3);
      else expect(image.error).toMatch(/^\S.*\S$/);
    }),
    { numRuns: 200 },
  );
});

test('a file without its end, and one that is not there, are broken for their reasons', async () => {
  const file = await jpeg(picture(47, 36, 3));
  const path = join(folder, 'cut.jpg');
  await writeFile(path, file.subarray(0, file.length >> 1));
  const [cut, missing] = [await decodeImage(path, 24), await decodeImage(join(folder, 'none.jpg'), 24)];
  expect(cut).toMatchObject({ ok: false, error: expect.stringMatching(/premature end|truncated/i) as string });
  expect(missing).toMatchObject({ ok: false, error: expect.stringContaining('no such file') as string });
});
