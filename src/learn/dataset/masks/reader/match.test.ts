import { expect, test } from 'vitest';
import { matchMasks } from './match.ts';

const placed = (files: readonly string[], kind: string) =>
  files.map((file) => ({
    file,
    folders: file
      .split('/')
      .slice(0, -1)
      .filter((part) => part !== kind),
  }));

function matched(images: readonly string[], masks: readonly string[]) {
  const { matches, alone } = matchMasks(placed(images, 'images'), placed(masks, 'masks'));
  return [
    ...matches.map(({ image, mask, className }) => `${image} <- ${mask}${className === null ? '' : ` (${className})`}`),
    ...alone.map((mask) => `${mask} alone`),
  ];
}

test.each([
  ['equal names', ['images/a.jpg'], ['masks/a.png'], ['images/a.jpg <- masks/a.png']],
  ['a word behind', ['a.jpg'], ['a_segmentation.png'], ['a.jpg <- a_segmentation.png']],
  ['a word before', ['images/a.jpg'], ['masks/mask_a.png'], ['images/a.jpg <- masks/mask_a.png']],
  ['the longest name', ['a.jpg', 'a_1.jpg'], ['a_1_mask.png'], ['a_1.jpg <- a_1_mask.png']],
  ['no part of a number', ['img1.jpg'], ['img10_mask.png'], ['img10_mask.png alone']],
  [
    'several masks of one image',
    ['benign (1).png'],
    ['benign (1)_mask.png', 'benign (1)_mask_1.png'],
    ['benign (1).png <- benign (1)_mask.png', 'benign (1).png <- benign (1)_mask_1.png'],
  ],
  [
    'a folder for each class',
    ['images/a.jpg'],
    ['masks/cup/a.png', 'masks/disc/a.png'],
    ['images/a.jpg <- masks/cup/a.png (cup)', 'images/a.jpg <- masks/disc/a.png (disc)'],
  ],
  [
    'a word for each class',
    ['images/a.jpg'],
    ['masks/a_EX.png', 'masks/a_OD.png'],
    ['images/a.jpg <- masks/a_EX.png (EX)', 'images/a.jpg <- masks/a_OD.png (OD)'],
  ],
  [
    'equal names in parts of a split',
    ['train/images/1.jpg', 'test/images/1.jpg'],
    ['train/masks/1.png', 'test/masks/1.png'],
    ['train/images/1.jpg <- train/masks/1.png', 'test/images/1.jpg <- test/masks/1.png'],
  ],
])('a mask is found by %s', (_, images, masks, expected) => {
  expect(matched(images, masks)).toEqual(expected);
});
