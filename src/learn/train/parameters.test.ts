import { expect, test } from 'vitest';
import { recipe } from '../augment/index.ts';
import { DOMAINS } from '../dataset/dataset.ts';
import { recipeOf } from './parameters.ts';

test.each(DOMAINS)('the recipe "domain" of a data set that shows %s is the recipe of that name', (domain) => {
  expect(recipeOf('domain', { title: 'A', domain }, 64)).toEqual(recipe(domain, { size: 64 }));
});

test('a recipe that is named is taken, whatever the data set shows', () => {
  expect(recipeOf('simclr', { title: 'A', domain: 'skin' }, 64)).toEqual(recipe('simclr', { size: 64 }));
});

test('where nothing says what the images show, it must be named', () => {
  expect(() => recipeOf('domain', { title: 'My images', domain: null }, 64)).toThrow(
    /My images .* simclr, byol, skin, xray, fundus, none\./,
  );
});
