/** The order of steps: modality, window or table, inversion last; padding; signs. */
import { describe, expect, test } from 'vitest';
import { displayOf, type GrayScale } from '../decode/gray-scale.ts';
import { render } from '../decode/render.ts';
import { readDicomPicture } from './read-frame.ts';
import { drawDicom, type DicomElement, type DrawnDicom } from './write-dicom.test-support.ts';

const VALUES = [0, 10, 20, 30, 40, 50, 60, 70, 80];
const three = (more: readonly DicomElement[] = [], drawn: DrawnDicom = {}) =>
  drawDicom({ columns: 3, rows: 3, values: VALUES, more, ...drawn });

/** Gray levels of 0 to 255 of the nine pixels. */
async function shown(file: Buffer, gray: GrayScale = { rule: 'file' }): Promise<number[] | string> {
  const picture = await readDicomPicture(file, 0);
  if (!picture.ok) return picture.error;
  const display = displayOf(picture.value, gray);
  if (display === undefined) return 'no window';
  const { values } = await render(picture.value, display, 3);
  return Array.from({ length: 9 }, (_, i) => Math.round(values[3 * i]! / 257));
}

const window = (center: string, width: string): DicomElement[] => [
  ['00281050', 'DS', center],
  ['00281051', 'DS', width],
];

describe('windows', () => {
  test('LINEAR has its borders at c - 0.5 +- (w - 1) / 2', async () => {
    // 20 to 60: center 40.5, width 41.
    expect(await shown(three(window('40.5', '41')))).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
  });

  test('LINEAR_EXACT has its borders at c +- w / 2', async () => {
    const file = three([...window('40', '40'), ['00281056', 'CS', 'LINEAR_EXACT']]);
    expect(await shown(file)).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
  });

  test('SIGMOID follows its formula', async () => {
    const file = three([...window('40', '40'), ['00281056', 'CS', 'SIGMOID']]);
    const formula = VALUES.map((v) => Math.round(255 / (1 + Math.exp((-4 * (v - 40)) / 40))));
    expect(await shown(file)).toEqual(formula);
  });

  test('the first of two windows is used; a width of 0 is none', async () => {
    expect(await shown(three(window('40.5\\9', '41\\2')))).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
    expect(await shown(three(window('40.5\\9', '41')))).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
    expect(await shown(three(window('40', '0')))).toBe('no window');
  });

  test('an empty window and an empty slope are none', async () => {
    const empty: DicomElement[] = [...window('', ''), ['00281053', 'DS', ''], ['00281052', 'DS', '']];
    expect(await shown(three(empty))).toBe('no window');
    expect(await shown(three(empty), { rule: 'range', low: 0, high: 80 })).toEqual(
      VALUES.map((v) => Math.round((255 * v) / 80)),
    );
  });

  test('a slope of a half and an intercept come before the window', async () => {
    const file = three([...window('20.5', '21'), ['00281053', 'DS', '0.5'], ['00281052', 'DS', '0']]);
    expect(await shown(file)).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
  });

  test('a negative slope turns the order', async () => {
    const file = three([
      ['00281053', 'DS', '-1'],
      ['00281052', 'DS', '80'],
    ]);
    expect(await shown(file, { rule: 'range', low: 0, high: 80 })).toEqual(
      VALUES.map((v) => Math.round(255 - (255 * v) / 80)),
    );
  });

  test('a table goes before a window', async () => {
    const lut: DicomElement[] = [
      ['00283002', 'US', [81, 0, 8]],
      ['00283006', 'OW', new Uint8Array(Uint16Array.from({ length: 81 }, (_, i) => (i < 45 ? 0 : 255)).buffer)],
    ];
    const file = three([...window('40.5', '41'), ['00283010', 'SQ', [lut]]]);
    expect(await shown(file)).toEqual([0, 0, 0, 0, 0, 255, 255, 255, 255]);
  });

  test('the window of the frame stands in the groups of an enhanced file', async () => {
    const frame: DicomElement[] = [
      ['00289132', 'SQ', [window('40.5', '41')]],
      [
        '00289145',
        'SQ',
        [
          [
            ['00281053', 'DS', '1'],
            ['00281052', 'DS', '0'],
          ],
        ],
      ],
    ];
    expect(await shown(three([['52009230', 'SQ', [frame]]]))).toEqual([0, 0, 0, 64, 128, 191, 255, 255, 255]);
  });
});

test('MONOCHROME1 is inverted after the window, and padding stays black', async () => {
  const drawn = { photometric: 'MONOCHROME1' };
  expect(await shown(three(window('40.5', '41'), drawn))).toEqual([255, 255, 255, 191, 128, 64, 0, 0, 0]);
  const padded = three([...window('40.5', '41'), ['00280120', 'US', [10]]], drawn);
  expect(await shown(padded)).toEqual([255, 0, 255, 191, 128, 64, 0, 0, 0]);
  const range = three([...window('40.5', '41'), ['00280120', 'US', [0]], ['00280121', 'US', [20]]], drawn);
  expect(await shown(range)).toEqual([0, 0, 0, 191, 128, 64, 0, 0, 0]);
});

test('bits above the stored ones are cleared, and the sign is that of the highest stored bit', async () => {
  const values = [0xf000, 0xf00a, 0x0014, 0x0fff, 0x0ffe, 0, 0, 0, 0];
  const picture = await readDicomPicture(three([], { values, signed: true }), 0);
  expect(picture.ok && [...picture.value.values]).toEqual([0, 10, 20, -1, -2, 0, 0, 0, 0]);
});

test.each([
  ['a high bit elsewhere', [['00280102', 'US', [15]]], /^its high bit is 15; 11 is expected/],
  ['no rows', [['00280010', 'US', [0]]], /^it has 0 rows and 3 columns/],
  ['too few pixels', [['00280010', 'US', [30]]], /^it holds 18 bytes of pixels; 180 are expected/],
  ['an unknown photometric interpretation', [['00280004', 'CS', 'HSV']], /MONOCHROME1, MONOCHROME2/],
] as const)('%s is refused', async (_, more, reason) => {
  expect(await shown(three(more as unknown as DicomElement[]))).toMatch(reason);
});

test('pixels twice as high as wide become square: the middle is cut out by size, not by count', async () => {
  // 4 columns, 2 rows; each pixel 2 mm high and 1 mm wide: a square of 4 mm.
  const file = drawDicom({
    columns: 4,
    rows: 2,
    values: [0, 0, 80, 80, 0, 0, 80, 80],
    more: [['00280030', 'DS', '2\\1']],
  });
  const picture = await readDicomPicture(file, 0);
  if (!picture.ok) throw new Error(picture.error);
  const { values } = await render(picture.value, (value) => value / 80, 4);
  const levels = Array.from({ length: 16 }, (_, i) => Math.round(values[3 * i]! / 65535));
  expect(levels).toEqual(Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 0 : 1)));
});
