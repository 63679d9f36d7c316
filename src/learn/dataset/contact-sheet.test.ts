import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { contactSheet } from './contact-sheet.ts';

test('tiles stand in their rows, enlarged, on white', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sheet-'));
  const tile = (v: number) => new Uint8Array(2 * 2 * 3).fill(v);
  const checkered = Uint8Array.from([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
  await contactSheet(join(folder, 'sheet.png'), [[tile(1), checkered], [tile(3)]], { size: 2, zoom: 3 });
  const { data, info } = await sharp(join(folder, 'sheet.png')).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([18, 18, 3]);
  const at = (x: number, y: number) => data[3 * (18 * y + x)];
  expect([at(0, 0), at(2, 2), at(7, 7), at(8, 2)]).toEqual([255, 1, 1, 255]);
  expect([at(10, 2), at(12, 4), at(13, 2), at(10, 5), at(15, 7)]).toEqual([10, 10, 20, 30, 40]);
  expect([at(2, 10), at(10, 10)]).toEqual([3, 255]);
  await rm(folder, { recursive: true });
});
