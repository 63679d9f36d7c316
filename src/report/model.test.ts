import { expect, test } from 'vitest';
import { cellWords, facetsOf, fullName, modelWords, startWords } from './model.ts';
import { gridCells } from './study.test-support.ts';

const PAPER = [
  { model: 'M1', start: 'random', pretraining: 'none' },
  { model: 'M1+', start: 'random', pretraining: 'longer' },
  { model: 'M2', start: 'random', pretraining: 'simclr' },
  { model: 'M3', start: 'ImageNet', pretraining: 'none' },
  { model: 'M4', start: 'ImageNet', pretraining: 'simclr' },
];
const GRID = gridCells(['random', 'ImageNet', 'RadImageNet', 'moco', 'lightning'], ['none', 'longer', 'simclr']);

test('labels keep their names, and cells without a label are called what they are', () => {
  expect(PAPER.map(({ model }) => fullName(modelWords(model, PAPER)))).toEqual([
    'M1 (random)',
    'M1+ (random + longer training)',
    'M2 (random + SimCLR)',
    'M3 (ImageNet)',
    'M4 (ImageNet + SimCLR)',
  ]);
  expect(GRID.slice(0, 3).map(({ model }) => fullName(modelWords(model, GRID)))).toEqual([
    'random',
    'random + longer training',
    'random + SimCLR',
  ]);
  expect(cellWords({ start: 'DINOv2', pretraining: 'mine' })).toBe('DINOv2 + mine');
});

test('up to six cells differ in color and in marker, so that neither alone has to tell them apart', () => {
  for (const cells of [PAPER, GRID.slice(0, 6), GRID.slice(0, 2)]) {
    const looks = cells.map(({ model }) => modelWords(model, cells));
    expect(new Set(looks.map(({ color }) => color)).size).toBe(cells.length);
    expect(new Set(looks.map(({ marker }) => marker)).size).toBe(cells.length);
    expect(facetsOf(cells)).toEqual([{ title: null, models: cells.map(({ model }) => model) }]);
  }
});

test('more cells are drawn start by start, and in each chart colors and markers differ', () => {
  const facets = facetsOf(GRID);
  expect(facets.map(({ title }) => title)).toEqual(['random', 'ImageNet', 'RadImageNet', 'moco', 'lightning']);
  for (const { models } of facets) {
    expect(models).toHaveLength(3);
    const looks = models.map((model) => modelWords(model, GRID));
    expect(new Set(looks.map(({ color }) => color)).size).toBe(3);
    expect(new Set(looks.map(({ marker }) => marker)).size).toBe(3);
  }
  const [one, other] = ['random + simclr', 'moco + simclr'].map((model) => modelWords(model, GRID));
  expect(one!.color).toBe(other!.color);
});

test('pre-training looks like the model that it leads to', () => {
  expect(startWords('random', 'simclr', PAPER)).toMatchObject({
    name: 'random',
    color: modelWords('M2', PAPER).color,
    marker: modelWords('M2', PAPER).marker,
  });
});
