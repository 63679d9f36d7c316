/** Scores of masks against MONAI (scripts/golden/monai_masks.py), and the rules for empty ones. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { random } from '../../../util/random.ts';
import type { Mask } from './mask.ts';
import { macroMean } from './mean-scores.ts';
import { scoreMask, scoreOverlap, type MaskScore } from './score.ts';
import { surfaceDistances } from './surface.ts';

interface Golden {
  readonly name: string;
  readonly found: readonly string[];
  readonly wanted: readonly string[];
  readonly scores: readonly Omit<MaskScore, 'presence'>[];
}

/** Rows of digits. */
function mask(rows: readonly string[]): Mask {
  return { data: Uint8Array.from(rows.join('').split(''), Number), width: rows[0]!.length, height: rows.length };
}

const GOLDEN = JSON.parse(readFileSync(new URL('../golden/masks.json', import.meta.url), 'utf8')) as Golden[];

test.each(GOLDEN.map((golden) => [golden.name, golden] as const))('%s: the scores are those of MONAI', (_, golden) => {
  const found = scoreMask(mask(golden.found), mask(golden.wanted), golden.scores.length + 1);
  expect(found).toHaveLength(golden.scores.length);
  golden.scores.forEach((wanted, i) => {
    for (const [name, value] of Object.entries(wanted) as [keyof typeof wanted, number][])
      expect(found[i]![name], `${name} of class ${i + 1}`).toBeCloseTo(value, 5);
  });
});

const EMPTY = mask(['0000', '0000', '0000']);
const POINT = mask(['0000', '0010', '0000']);

test('a class in neither mask has no score', () => {
  expect(scoreMask(EMPTY, EMPTY, 2)).toEqual([
    { presence: 'neither', dice: null, iou: null, normalizedSurfaceDistance: null, hausdorff95: null },
  ]);
});

test.each([
  ['found', POINT, EMPTY],
  ['wanted', EMPTY, POINT],
] as const)('a class in one mask alone (%s) scores 0, at a distance of the diagonal', (presence, found, wanted) => {
  expect(scoreMask(found, wanted, 2)).toEqual([
    { presence, dice: 0, iou: 0, normalizedSurfaceDistance: 0, hausdorff95: 5 },
  ]);
});

test('masks of different sizes are a bug', () => {
  expect(() => scoreOverlap(EMPTY, mask(['00']), 2)).toThrow('Internal error: a mask of 4 x 3 against one of 2 x 1');
});

test('distances between edges are those of a search through all pairs', () => {
  for (let draw = 0; draw < 20; draw++) {
    const source = random('edges', draw);
    const [width, height] = [2 + source.integer(14), 2 + source.integer(14)];
    const drawn = (): Mask => {
      const data = Uint8Array.from({ length: width * height }, () => Number(source.integer(10) < 3));
      data[source.integer(data.length)] = 1;
      return { data, width, height };
    };
    const [a, b] = [drawn(), drawn()];
    const { fromFound, fromWanted } = surfaceDistances(a, b, 1);
    expect([...fromFound]).toEqual(slowDistances(a, b));
    expect([...fromWanted]).toEqual(slowDistances(b, a));
  }
});

function slowDistances(from: Mask, to: Mask): number[] {
  return edgesOf(from).map(([x, y]) => Math.min(...edgesOf(to).map(([u, v]) => Math.hypot(x - u, y - v))));
}

function edgesOf({ data, width, height }: Mask): [number, number][] {
  const has = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  return Array.from(data, (_, i): [number, number] => [i % width, Math.floor(i / width)]).filter(
    ([x, y]) =>
      has(x, y) &&
      [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ].some(([dx, dy]) => !has(x + dx!, y + dy!)),
  );
}

test('the macro mean counts a rare class as a common one, and leaves out what has no score', () => {
  const scores = [
    [{ dice: 0.8 }, { dice: null }],
    [{ dice: 0.6 }, { dice: 0.1 }],
    [{ dice: 1 }, { dice: null }],
  ];
  expect(macroMean(scores, ({ dice }) => dice)).toBeCloseTo(0.45, 12);
  expect(macroMean([[{ dice: null }]], ({ dice }) => dice)).toBeNull();
  expect(macroMean<{ dice: number }>([], ({ dice }) => dice)).toBeNull();
});
