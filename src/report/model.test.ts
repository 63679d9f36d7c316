import { expect, test } from 'vitest';
import { fullName, modelWords, startWords } from './model.ts';

test('the four models differ in color and in marker, so that neither alone has to tell them apart', () => {
  const models = ['M1', 'M2', 'M3', 'M4'].map((model) => modelWords(model, 'ImageNet'));
  expect(new Set(models.map(({ color }) => color)).size).toBe(4);
  expect(new Set(models.map(({ marker }) => marker)).size).toBe(4);
  expect(models.map(fullName)).toEqual(['M1 (random)', 'M2 (random + SSL)', 'M3 (ImageNet)', 'M4 (ImageNet + SSL)']);
});

test('M1 that trained longer has the color of its start and a shape of its own', () => {
  const [longer, plain] = ['M1+', 'M1'].map((model) => modelWords(model, 'fractal'));
  expect(longer!.color).toBe(plain!.color);
  expect(longer!.marker).not.toBe(plain!.marker);
});

test('a model that the paper does not have goes by its own name', () => {
  expect(fullName(modelWords('teacher', 'fractal'))).toBe('teacher');
});

test('pre-training looks like the model that it leads to', () => {
  expect(startWords('random', 'fractal').color).toBe(modelWords('M2', 'fractal').color);
  expect(startWords('fractal', 'fractal')).toMatchObject({
    name: 'fractal',
    marker: modelWords('M4', 'fractal').marker,
  });
});
