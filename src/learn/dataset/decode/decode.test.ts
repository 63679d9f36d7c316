/** Small JPEG files have a decoder of their own. Their pixels must not show it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp, { type JpegOptions } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { random } from '../../../util/random.ts';
import { decodeImage } from './decode.ts';
import { decodeJpeg } from './libjpeg.ts';
import { decodeByLibvips } from './libvips.ts';
import { plainJpegSize } from './plain-jpeg.ts';
import type { Pixels } from './pixels.ts';
import { smallerSquare } from './smaller-square.ts';
import { SOURCE } from './weighted-sums.generated.ts';

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

const jpeg = ({ data, width, height, channels }: Pixels, options: JpegOptions = {}) =>
  sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: 90, ...options })
    .toBuffer();

const kinds: [kind: string, channels: 1 | 3, options: JpegOptions][] = [
  ['4:2:0', 3, {}],
  ['4:4:4', 3, { chromaSubsampling: '4:4:4' }],
  ['progressive', 3, { progressive: true }],
  ['gray', 1, {}],
];

describe.each(kinds)('%s', (_, channels, options) => {
  const SIZE = 40;

  test('libjpeg gives the bytes that libvips gets', async () => {
    const file = await jpeg(picture(71, 53, channels), options);
    const ours = decodeJpeg(file)!;
    expect(ours).toMatchObject({ width: 71, height: 53, channels });
    const theirs = await sharp(file)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    expect(Buffer.from(ours.data).equals(theirs)).toBe(true);
  });

  test.each([
    [71, 53],
    [53, 71],
    [40, 79],
    [79, 64],
    [64, 64],
    [40, 40],
  ])('%i x %i pixels become the square that libvips makes, within 2', async (width, height) => {
    const file = await jpeg(picture(width, height, channels), options);
    const path = join(folder, `${width}x${height}.jpg`);
    await writeFile(path, file);
    const [ours, theirs] = [await decodeImage(path, SIZE), await decodeByLibvips(path, SIZE)];
    if (!ours.ok || !theirs.ok) throw new Error('both decode it');
    expect(largestDifference(ours.value, theirs.value)).toBeLessThanOrEqual(2);
    const equal = ours.value.filter((value, i) => value === theirs.value[i]).length;
    expect(equal / theirs.value.length).toBeGreaterThan(0.75);
  });
});

const largestDifference = (a: Uint8Array, b: Uint8Array): number => {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
};

describe('the smaller square', () => {
  test.each([
    [50, 37, 20],
    [37, 50, 20],
    [31, 90, 30],
    [16, 16, 16],
    [700, 17, 16],
    [17, 700, 9],
  ])('of %i x %i to %i pixels is the sum that defines it', (width, height, size) => {
    const pixels = picture(width, height, 3);
    expect(largestDifference(smallerSquare(pixels, size), byDefinition(pixels, size))).toBeLessThanOrEqual(1);
  });

  test.each([0, 1, 127, 254, 255])('of one color is of that color (%i)', (value) => {
    const data = new Uint8Array(33 * 21 * 3).fill(value);
    expect(new Set(smallerSquare({ data, width: 33, height: 21, channels: 3 }, 13))).toEqual(new Set([value]));
  });

  test('of an image of its own size is the image', () => {
    const pixels = picture(24, 24, 3);
    expect(smallerSquare(pixels, 24)).toEqual(pixels.data);
  });

  test('of a mirrored image is mirrored, where the middle is not cut beside the middle', () => {
    const pixels = picture(40, 26, 3);
    const mirror = ({ data, width, height }: Pixels): Uint8Array =>
      data
        .map(
          (_, i) =>
            data[3 * (Math.floor(i / 3 / width) * width + (width - 1 - (Math.floor(i / 3) % width))) + (i % 3)]!,
        )
        .subarray(0, 3 * width * height);
    const square = smallerSquare(pixels, 20); // 40 x 26 becomes 31 x 20: an odd number of columns is left out
    const mirrored = smallerSquare({ ...pixels, data: mirror(pixels) }, 20);
    const shifted = largestDifference(mirror({ data: square, width: 20, height: 20, channels: 3 }), mirrored);
    expect(shifted).toBeGreaterThan(1);
    const even = picture(26, 26, 3);
    const [plain, turned] = [smallerSquare(even, 20), smallerSquare({ ...even, data: mirror(even) }, 20)];
    expect(largestDifference(mirror({ data: plain, width: 20, height: 20, channels: 3 }), turned)).toBeLessThanOrEqual(
      1,
    );
  });

  test('of a very long image needs no more memory than there is', () => {
    const data = new Uint8Array(3 * 65_535 * 8).fill(9);
    expect(new Set(smallerSquare({ data, width: 65_535, height: 8, channels: 3 }, 8))).toEqual(new Set([9]));
    expect(new Set(smallerSquare({ data, width: 8, height: 65_535, channels: 3 }, 7))).toEqual(new Set([9]));
  });

  test('is made by the code that its source says', async () => {
    const source = await readFile(join(import.meta.dirname, 'weighted-sums.as'));
    expect(createHash('sha256').update(source).digest('hex'), 'npx zx scripts/compile-sums.mjs').toBe(SOURCE);
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

describe('libvips alone decodes', () => {
  const small = () => sharp(picture(30, 30, 3).data, { raw: { width: 30, height: 30, channels: 3 } }).jpeg();

  test('what EXIF may turn', async () => {
    expect(plainJpegSize(await small().withMetadata({ orientation: 6 }).toBuffer())).toBeUndefined();
  });

  test('what a profile colors', async () => {
    expect(plainJpegSize(await small().withIccProfile('p3').toBuffer())).toBeUndefined();
  });

  test('CMYK', async () => {
    expect(plainJpegSize(await small().toColourspace('cmyk').toBuffer())).toBeUndefined();
  });

  test('another format, whatever its name says', async () => {
    expect(plainJpegSize(await small().png().toBuffer())).toBeUndefined();
  });

  test('a file that lacks its end', async () => {
    const file = await small().toBuffer();
    expect(plainJpegSize(file)).toEqual({ width: 30, height: 30 });
    for (let length = 0; length < file.length; length++)
      expect(plainJpegSize(file.subarray(0, length))).toBeUndefined();
  });
});

test('whatever bytes are damaged, an image is broken if libvips says so, and for its reason', async () => {
  const file = await jpeg(picture(47, 36, 3));
  const path = join(folder, 'damaged.jpg');
  const byte = fc.record({ at: fc.integer({ min: 0, max: file.length - 1 }), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = Buffer.from(file);
      for (const { at, value } of changes) damaged[at] = value;
      await writeFile(path, damaged);
      const [ours, theirs] = [await decodeImage(path, 24), await decodeByLibvips(path, 24)];
      // Not the pixels: libjpeg's vector code and its plain code round overflows differently.
      expect(ours.ok ? 'decoded' : ours.error).toBe(theirs.ok ? 'decoded' : theirs.error);
    }),
    { numRuns: 300 },
  );
});

test('any bytes at all have a size or none, and never throw', () => {
  const segment = fc
    .tuple(fc.constantFrom(0xc0, 0xc2, 0xc4, 0xda, 0xdb, 0xe0, 0xe1), fc.uint8Array({ maxLength: 12 }))
    .map(([marker, body]) => [0xff, marker, 0, body.length + 2, ...body]);
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (segments, rest) => {
      const size = plainJpegSize(Uint8Array.from([0xff, 0xd8, ...segments.flat(), ...rest, 0xff, 0xd9]));
      expect(size === undefined || (size.width > 0 && size.height > 0)).toBe(true);
    }),
  );
});
