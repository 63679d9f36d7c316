/** Kinds of files by their content: numbers that need a scale, pages, and files that are refused by name. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openNumbers } from './open-numbers.ts';
import { probeImage } from './probe.ts';

const SIDE = 32;

/** A gray TIFF of one strip, uncompressed. `format`: 1 unsigned, 2 signed, 3 floating-point numbers. */
function tiff(
  pixels: Uint8Array,
  { bits, format, bands = 1, photometric = 1 }: { bits: number; format: number; bands?: number; photometric?: number },
): Buffer {
  const tags: readonly (readonly [number, number, number])[] = [
    [256, 4, SIDE],
    [257, 4, SIDE],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, photometric],
    [273, 4, 8 + 2 + 10 * 12 + 4],
    [277, 3, bands],
    [278, 4, SIDE],
    [279, 4, pixels.length],
    [339, 3, format],
  ];
  const head = Buffer.alloc(8 + 2 + tags.length * 12 + 4);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  for (const [i, [tag, type, value]] of tags.entries()) {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(type, 12 + 12 * i);
    head.writeUInt32LE(1, 14 + 12 * i);
    if (type === 3) head.writeUInt16LE(value, 18 + 12 * i);
    else head.writeUInt32LE(value, 18 + 12 * i);
  }
  return Buffer.concat([head, pixels]);
}

const ramp = (low: number, high: number) =>
  Array.from({ length: SIDE * SIDE }, (_, i) => low + ((high - low) * i) / (SIDE * SIDE - 1));
const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

test.each([
  ['unsigned 16 bits', 16, 1, Uint16Array.from(ramp(0, 4095))],
  ['signed 16 bits', 16, 2, Int16Array.from(ramp(-1024, 3071))],
  ['signed 8 bits', 8, 2, Int8Array.from(ramp(-128, 127))],
  ['32-bit floats', 32, 3, Float32Array.from(ramp(-5, 1))],
  ['64-bit floats', 64, 3, Float64Array.from(ramp(0, 1e6))],
] as const)('a TIFF of %s keeps its values', async (_, bits, format, values) => {
  const file = tiff(bytesOf(values), { bits, format });
  expect(await probeImage(file)).toEqual({ ok: true, value: { pages: 1, content: 'numbers' } });
  const picture = await openNumbers(file, 0);
  if (!picture.ok) throw new Error(picture.error);
  expect([...picture.value.values]).toEqual([...values]);
});

test('values that are no numbers are padding', async () => {
  const values = Float32Array.from(ramp(0, 1)).fill(Number.NaN, 0, 3);
  const picture = await openNumbers(tiff(bytesOf(values), { bits: 32, format: 3 }), 0);
  expect(picture.ok && [...picture.value.padding!.slice(0, 5)]).toEqual([1, 1, 1, 0, 0]);
});

test.each([
  ['32-bit integers', { bits: 32, format: 1 }, /^it holds unsigned integers of 32 bits; .* Convert it/],
  ['half floats', { bits: 16, format: 3 }, /^it holds floating-point numbers of 16 bits/],
  ['CMYK', { bits: 8, format: 1, bands: 4, photometric: 5 }, /^its colors are CMYK.* Save it as RGB/],
  ['five bands', { bits: 8, format: 1, bands: 5 }, /^it has 5 bands; 1 to 4 are expected/],
])('%s in a TIFF are refused by name', async (_, kind: Parameters<typeof tiff>[1], reason) => {
  const bytes = (SIDE * SIDE * kind.bits * (kind.bands ?? 1)) / 8;
  expect(await probeImage(tiff(new Uint8Array(bytes), kind))).toMatchObject({
    ok: false,
    error: expect.stringMatching(reason) as string,
  });
});

test('alpha is no gray level', async () => {
  const values = Uint16Array.from(ramp(0, 1023));
  const gray = sharp(values, { raw: { width: SIDE, height: SIDE, channels: 1 } }).toColourspace('grey16');
  const file = await gray.ensureAlpha(1).png().toBuffer();
  expect((await sharp(file).metadata()).hasAlpha).toBe(true);
  const picture = await openNumbers(file, 0);
  expect(picture.ok && picture.value.channels).toBe(1);
  expect(picture.ok && Math.max(...picture.value.values)).toBe(1023);
});

test('frames of a GIF are counted', async () => {
  const frames = await sharp(
    Buffer.from(Uint8Array.from({ length: SIDE * SIDE * 3 * 2 }, (_, i) => (i < SIDE * SIDE * 3 ? 7 : 200))),
    { raw: { width: SIDE, height: SIDE * 2, channels: 3, pageHeight: SIDE } },
  )
    .gif()
    .toBuffer();
  expect(await probeImage(frames)).toEqual({ ok: true, value: { pages: 2, content: 'bytes' } });
});

test('an animated PNG is refused by name', async () => {
  const still = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  expect(await probeImage(still)).toMatchObject({ ok: true });
  const chunk = Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from('acTL'), Buffer.alloc(12)]);
  const animated = Buffer.concat([still.subarray(0, 33), chunk, still.subarray(33)]);
  expect(await probeImage(animated)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^it is an animated PNG/) as string,
  });
});
