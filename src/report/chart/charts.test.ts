import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { SERIES } from '../style.ts';
import { blended, contrast, PAGE, SHADE, textOn } from './shade.ts';
import { shortened } from './shortened.ts';
import { spreadEnds, spreadLabels } from './spread-labels.ts';

test('the contrast ratio is that of WCAG 2', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrast('#ffffff', '#777777')).toBe(contrast('#777777', '#ffffff'));
});

test('text reaches 4.5 on every shade of a cell, on both pages', () => {
  for (const page of Object.values(PAGE)) {
    for (let share = 0; share <= 100; share++) {
      const text = textOn(share / 100, page) === 'black' ? '#000000' : '#ffffff';
      expect(contrast(text, blended(SHADE, page, share / 100))).toBeGreaterThan(4.5);
    }
  }
});

test('each series reaches 3 on both pages', () => {
  for (const color of SERIES) for (const page of Object.values(PAGE)) expect(contrast(color, page)).toBeGreaterThan(3);
});

test('labels end up apart, inside, in their order, and where they were when there is room', () => {
  const moved = spreadLabels([50, 50, 52, 199], 12, 20, 200);
  expect(moved).toEqual([50, 62, 74, 199]);
  const crowded = spreadLabels([198, 199, 200], 12, 20, 200);
  expect(crowded).toEqual([176, 188, 200]);
  const source = random('labels test');
  for (let round = 0; round < 50; round++) {
    const places = Array.from({ length: 6 }, () => 20 + 180 * source.uniform());
    const sorted = [...spreadLabels(places, 12, 20, 200)].sort((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThanOrEqual(20);
    expect(sorted.at(-1)).toBeLessThanOrEqual(200);
    sorted.slice(1).forEach((place, i) => {
      expect(place - sorted[i]!).toBeGreaterThanOrEqual(12 - 1e-9);
    });
  }
});

test('the label of a line that ends later stays at its end, whatever ends before it', () => {
  const ends = [
    { x: 12, y: 100 },
    { x: 52, y: 104 },
    { x: 12, y: 102 },
  ];
  expect(spreadEnds(ends, 13, 20, 200)).toEqual([100, 104, 113]);
});

test('a long name is shortened between characters, and keeps the end that it is asked to keep', () => {
  expect(shortened('malignant', 9)).toBe('malignant');
  expect(shortened('😀😀😀😀', 3)).toBe('😀😀…');
  expect(shortened('a very long class (38.5 %)', 14, 9)).toBe('a ve… (38.5 %)');
});
