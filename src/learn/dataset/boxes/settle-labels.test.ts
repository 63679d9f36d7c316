/** The rules for labels: EXIF turns as sharp makes them, a little outside is clipped, more is a fault. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { settleLabels } from './settle-labels.ts';

const [WIDTH, HEIGHT] = [30, 20];
const BOX = { class: 0, left: 4, top: 3, width: 6, height: 2 };

/** The box of the bright pixels. */
async function brightBox(file: Buffer) {
  const { data, info } = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let pixel = 0; pixel < info.width * info.height; pixel++) {
    if (data[pixel * info.channels]! < 128) continue;
    const [x, y] = [pixel % info.width, Math.floor(pixel / info.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  return {
    upright: { width: info.width, height: info.height },
    box: { class: 0, left, top, width: right - left + 1, height: bottom - top + 1 },
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('the box of a picture with the EXIF orientation %i turns with it', async (turn) => {
  const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % WIDTH, Math.floor(at / 3 / WIDTH)];
    return x >= 4 && x < 10 && y >= 3 && y < 5 ? 255 : 0;
  });
  const file = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withMetadata({ orientation: turn })
    .png()
    .toBuffer();
  const { upright, box } = await brightBox(file);
  const stored = { width: WIDTH, height: HEIGHT };
  const picture = { stored, upright, orientation: turn };
  expect(settleLabels({ unit: stored, objects: [BOX] }, picture, [false])).toEqual({
    ok: true,
    value: { objects: [box], clipped: 0 },
  });
  if (turn >= 5)
    expect(settleLabels({ unit: upright, objects: [box] }, picture, [false])).toMatchObject({
      value: { objects: [box] },
    });
});

const PICTURE = { stored: { width: 100, height: 50 }, upright: { width: 100, height: 50 }, orientation: 1 };
const settle = (object: Partial<typeof BOX>, isPoint = false) =>
  settleLabels({ unit: 'pixels', objects: [{ ...BOX, ...object }] }, PICTURE, [isPoint]);

test('up to 5 % of a side outside is clipped and counted, more is a fault', () => {
  expect(settle({ left: -5, width: 10 })).toEqual({
    ok: true,
    value: { objects: [{ ...BOX, left: 0, width: 5 }], clipped: 1 },
  });
  expect(settle({ left: -5.1, width: 10 })).toMatchObject({ ok: false });
  expect(settle({ top: 45, height: 7.5 })).toMatchObject({ value: { clipped: 1 } });
  expect(settle({ top: 45, height: 7.6 })).toMatchObject({ ok: false });
});

test('a box without area and labels of another picture are faults; a point has no extent', () => {
  expect(settle({ width: 0 })).toMatchObject({ ok: false, error: expect.stringContaining('no area') as string });
  expect(settle({ width: 0, height: 0 }, true)).toMatchObject({ ok: true });
  expect(settle({ left: NaN })).toMatchObject({ ok: false });
  const other = settleLabels({ unit: { width: 99, height: 50 }, objects: [BOX] }, PICTURE, [false]);
  expect(other).toMatchObject({ ok: false, error: expect.stringContaining('99 x 50') as string });
});
