import { expect, test } from 'vitest';
import { namedAugmentation } from '../../src/learn/augment/index.ts';
import { DOMAINS } from '../../src/formats/dataset.ts';
import { augmentationOf } from './parameters.ts';

test.each([
  ['skin', 'skin'],
  ['xray', 'xray'],
  ['fundus', 'fundus'],
  ['ct', 'xray'],
  ['mri', 'xray'],
  ['ultrasound', 'xray'],
  ['histology', 'skin'],
  ['other', 'simclr'],
] as const)('the augmentation "domain" of a data set that shows %s is %s', (domain, name) => {
  expect(augmentationOf('domain', { title: 'A', domain }, 64)).toEqual(namedAugmentation(name, { size: 64 }));
});

test('every kind of images has an augmentation', () => {
  for (const domain of DOMAINS) expect(() => augmentationOf('domain', { title: 'A', domain }, 64)).not.toThrow();
});

test('a augmentation that is named is taken, whatever the data set shows', () => {
  expect(augmentationOf('simclr', { title: 'A', domain: 'skin' }, 64)).toEqual(
    namedAugmentation('simclr', { size: 64 }),
  );
});

test('where nothing says what the images show, it must be named', () => {
  expect(() => augmentationOf('domain', { title: 'My images', domain: null }, 64)).toThrow(
    /My images .* simclr, byol, skin, xray, fundus, light, light-flipped, none\./,
  );
});

test.each([
  ['skin', 'light-flipped'],
  ['fundus', 'light-flipped'],
  ['xray', 'light'],
  ['histology', 'light-flipped'],
  ['other', 'light'],
  [null, 'light'],
] as const)('"domain-light" of a data set that shows %s is %s: only known sides are exchanged', (domain, name) => {
  expect(augmentationOf('domain-light', { title: 'A', domain }, 64)).toEqual(namedAugmentation(name, { size: 64 }));
});
