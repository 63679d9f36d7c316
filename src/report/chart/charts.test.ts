import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { SERIES } from '../style.ts';
import { isEmptyPlace, layered } from './layers.ts';
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
  for (const colour of SERIES)
    for (const page of Object.values(PAGE)) expect(contrast(colour, page)).toBeGreaterThan(3);
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

test('producers are above consumers, and an edge passes every layer between', () => {
  const nodes = ['draw', 'split', 'fractal', 'pretrain', 'finetune', 'evaluate'];
  const edges = [
    ['draw', 'split'],
    ['draw', 'pretrain'],
    ['split', 'pretrain'],
    ['split', 'finetune'],
    ['fractal', 'pretrain'],
    ['pretrain', 'finetune'],
    ['draw', 'evaluate'],
    ['finetune', 'evaluate'],
  ].map(([from, to]) => ({ from: from!, to: to! }));
  const { layers, routes } = layered(nodes, edges);
  const layerOf = (place: string) => layers.findIndex((layer) => layer.includes(place));
  expect(
    layers
      .flat()
      .filter((place) => !isEmptyPlace(place))
      .sort(),
  ).toEqual([...nodes].sort());
  expect(routes.map((route) => ({ from: route[0], to: route.at(-1) }))).toEqual(edges);
  for (const route of routes)
    route.slice(1).forEach((place, i) => {
      expect(layerOf(place)).toBe(layerOf(route[i]!) + 1);
    });
  expect(layerOf('fractal')).toBe(layerOf('pretrain') - 1);
});

test('an order without crossings is found where the given one has them', () => {
  const { layers } = layered(
    ['a', 'b', 'x', 'y'],
    [
      { from: 'a', to: 'y' },
      { from: 'b', to: 'x' },
    ],
  );
  expect(layers[0]!.map((node) => ({ a: 'y', b: 'x' })[node])).toEqual(layers[1]);
});
