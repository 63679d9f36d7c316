import { expect, test } from 'vitest';
import sharp from 'sharp';
import { decodeImage } from '../decode/decode.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lesionMask } from '../drawn/photograph.ts';
import { sampleLesion } from '../drawn/lesion.ts';
import { placeMask } from './place-mask.ts';

const rows = (square: Uint8Array, size: number) =>
  Array.from({ length: size }, (_, y) => square.subarray(y * size, (y + 1) * size).join(''));

test('a wide mask lies whole in the middle, and the bars are background', () => {
  const mask = { width: 4, height: 2, data: Uint8Array.of(1, 1, 2, 2, 1, 1, 2, 2) };
  expect(rows(placeMask(mask, 4), 4)).toEqual(['0000', '1122', '1122', '0000']);
});

test('a pixel gets the class of most of its part, never a class between', () => {
  const data = Uint8Array.of(3, 3, 1, 0, 3, 1, 0, 0, 0, 0, 3, 3, 0, 0, 3, 3);
  expect(rows(placeMask({ width: 4, height: 4, data }, 2), 2)).toEqual(['30', '03']);
});

test('an enlarged mask takes the nearest pixel', () => {
  expect(rows(placeMask({ width: 2, height: 2, data: Uint8Array.of(0, 1, 2, 0) }, 4), 4)).toEqual([
    '0011',
    '0011',
    '2200',
    '2200',
  ]);
});

test('a mask lies where its image lies: both are placed from one picture, and agree but at the edge', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'place-mask-'));
  const square = lesionMask(sampleLesion(5, 3), 0, 400);
  const [width, height] = [400, 260];
  const data = Uint8Array.from({ length: width * height }, (_, i) => square[i + 70 * width] ?? 0);
  const file = join(folder, 'mask.png');
  await sharp(
    data.map((v) => 255 * v),
    { raw: { width, height, channels: 1 } },
  )
    .png()
    .toFile(file);
  const decoded = await decodeImage(file, 32, { fit: 'whole' });
  const placed = placeMask({ width, height, data }, 32);
  await rm(folder, { recursive: true });
  if (!decoded.ok) throw new Error(decoded.error);
  const differing = placed.filter((found, i) => {
    const gray = decoded.value.values[3 * i] ?? 0;
    return (found === 1) !== gray > 127 && Math.abs(gray - 127) > 40;
  });
  expect(placed.filter((found) => found === 1).length).toBeGreaterThan(100);
  expect(differing.length).toBe(0);
});
