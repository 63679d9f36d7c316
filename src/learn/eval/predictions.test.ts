import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictionsOf, readPredictions, writePredictions, type PredictedImage } from './predictions.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'predictions-'));
});
afterAll(() => rm(folder, { recursive: true }));

const images: PredictedImage[] = [
  { index: 0, image: 'a/1.png', group: 'g,1', subset: 'train', label: 1 },
  { index: 4, image: 'say "b".png', group: 'g2', subset: 'test', label: 0 },
];
const classes = ['mild', 'severe, or <b>worse</b>'];

test('what is written is read again, with commas, quotes and markup in names', async () => {
  const file = path.join(folder, 'round.csv');
  const written = predictionsOf(classes, images, Float64Array.of(0.25, 0.75, 0.875, 0.125));
  await writePredictions(file, written);
  expect(await readPredictions(file)).toEqual(written);
  expect([...written.predicted]).toEqual([1, 0]);
});

test('numbers are written with nine digits, those of float32', async () => {
  const file = path.join(folder, 'digits.csv');
  await writePredictions(file, predictionsOf(['a', 'b'], images.slice(0, 1), Float64Array.of(1 / 3, 2 / 3)));
  expect(await readFile(file, 'utf8')).toBe(
    'index,image,group,subset,label,predicted,p:a,p:b\n0,a/1.png,"g,1",train,b,b,0.333333333,0.666666667\n',
  );
});

test('probabilities near 1 that differ in float32 stay different', async () => {
  const file = path.join(folder, 'near.csv');
  const near = Float32Array.of(0.9999999, 1e-7, 0.99999994, 6e-8);
  await writePredictions(file, predictionsOf(['a', 'b'], images, near));
  const { probabilities } = await readPredictions(file);
  expect(Float32Array.from(probabilities)).toEqual(near);
});

test('the first of equally probable classes is predicted', () => {
  expect([...predictionsOf(classes, images, Float32Array.of(0.5, 0.5, 0.5, 0.5)).predicted]).toEqual([0, 0]);
});

const header = 'index,image,group,subset,label,predicted,p:a,p:b';
test.each([
  ['index,image,label', /broken\.csv:1: the header is "index,image,label"/],
  [`${header}\n0,x,g,train,a,a,1`, /broken\.csv:2: the row has 7 cells; 8 are expected/],
  [`${header}\nx,x,g,train,a,a,1,0`, /:2: index is "x"/],
  [
    `${header}\n0,x,g,train,a,a,1,0\n1,x,g,holdout,a,a,1,0`,
    /:3: subset is "holdout"; train, validation, test are allowed/,
  ],
  [`${header}\n0,x,g,train,c,a,1,0`, /:2: label is "c"; the classes are a, b/],
  [`${header}\n0,x,g,train,a,c,1,0`, /:2: predicted is "c"/],
  [`${header}\n0,x,g,train,a,a,NaN,0`, /:2: the probabilities are NaN, 0/],
  [`${header}\n0,x,g,train,a,a,0.5,0.2`, /that sum to 1/],
])('a file that is not as it should be is refused with its line: %#', async (text, message) => {
  const file = path.join(folder, 'broken.csv');
  await writeFile(file, text);
  await expect(readPredictions(file)).rejects.toThrow(message);
});
