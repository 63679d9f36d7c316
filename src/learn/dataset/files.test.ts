import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../tensor/safetensors.ts';
import { readDataset, writeDataset, type Dataset } from '../../formats/dataset.ts';
import { createPackedImages, openPackedImages } from './packed-images.ts';
import { readSplit, writeSplit } from './split-table.ts';
import { readTable, writeTable, type TableRow } from './table.ts';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dataset-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('table.csv', () => {
  const rows: TableRow[] = [
    { index: 0, image: 'train/Viral Pneumonia/a,"b".png', label: 'Viral Pneumonia', group: 'person1', split: 'train' },
    { index: 1, image: ' é.jpg', label: 'x', group: ' é.jpg', split: '' },
  ];

  test('is read back as it was written', async () => {
    await writeTable(path('table.csv'), rows);
    expect(await readTable(path('table.csv'))).toEqual(rows);
    expect((await readFile(path('table.csv'), 'utf8')).split('\n')[0]).toBe('index,image,label,group,split');
  });

  test.each([
    ['index,image,label,group\n0,a,b,c\n', ':1: the column split is missing; the header is "index,image,label,group".'],
    ['index,image,label,group,split\n1,a,b,c,\n', ':2: index: expected 0, got 1'],
    ['index,image,label,group,split\nx,a,b,c,\n', ':2: index is "x"; a whole number is expected.'],
    [
      'index,image,label,group,split\n0,a,b,c,val\n',
      ':2: split: expected "train", "validation", "test" or nothing, got "val".',
    ],
    ['index,image,label,group,split\n0,a\n', ':2: the row has 2 cells, so that "label" is missing.'],
  ])('points at what is wrong: %j', async (text, message) => {
    await writeFile(path('bad.csv'), text);
    await expect(readTable(path('bad.csv'))).rejects.toThrow(message);
  });
});

describe('split.csv', () => {
  test('is read back in ascending order', async () => {
    await writeSplit(path('split.csv'), { train: [3, 0], validation: [2], test: [5], labelFractions: [0.1, 1] });
    expect(await readFile(path('split.csv'), 'utf8')).toBe(
      'index,subset,labelFraction\n0,train,1\n2,validation,\n3,train,0.1\n5,test,\n',
    );
    expect(await readSplit(path('split.csv'), 6)).toEqual({
      train: [0, 3],
      validation: [2],
      test: [5],
      labelFractions: [1, 0.1],
    });
  });

  test.each([
    ['index,subset,labelFraction\n0,dev,1\n', ':2: the subset is "dev"; train, validation, test are allowed.'],
    ['index,subset,labelFraction\n9,train,1\n', ':2: there is no image 9; the data set has 3.'],
    [
      'index,subset,labelFraction\n0,train,\n',
      ':2: labelFraction is ""; a fraction above 0 and at most 1 is expected in training rows.',
    ],
    ['index,subset,labelFraction\n0,train,10%\n', ':2: labelFraction is "10%"'],
    ['index,subset,labelFraction\n0,train,0\n', ':2: labelFraction is "0"'],
    ['index,subset,labelFraction\n1,train,1\n1,test,\n', ':3: image 1 is listed twice.'],
  ])('refuses %j', async (text, message) => {
    await writeFile(path('bad.csv'), text);
    await expect(readSplit(path('bad.csv'), 3)).rejects.toThrow(message);
  });
});

describe('dataset.json', () => {
  const dataset: Dataset = {
    name: 'a',
    title: 'A',
    classes: ['x', 'y'],
    ordinal: false,
    domain: null,
    images: 2,
    groups: 1,
    size: 32,
    source: 'here',
    dropped: [{ file: 'b.png', reason: 'broken' }],
  };

  test('is read back as it was written', async () => {
    await writeDataset(path('dataset.json'), dataset);
    expect(await readDataset(path('dataset.json'))).toEqual(dataset);
  });

  test('names the field that is wrong', async () => {
    await writeFile(path('bad.json'), JSON.stringify({ ...dataset, size: 'big' }));
    await expect(readDataset(path('bad.json'))).rejects.toThrow('bad.json: size: expected an integer >= 1, got "big".');
    await writeFile(path('bad.json'), '{');
    await expect(readDataset(path('bad.json'))).rejects.toThrow('bad.json is not JSON');
  });
});

describe('images.safetensors', () => {
  test.each([0, 1000])(
    'rows are read in the order asked for, into the buffer given, keeping sets of %i bytes',
    async (keep) => {
      const file = await createPackedImages(path('images.safetensors'), 3, 2);
      for (const i of [2, 0, 1]) await file.write(i, new Uint8Array(12).fill(i + 1));
      await file.close();
      const images = await openPackedImages(path('images.safetensors'), keep);
      expect([images.count, images.size]).toEqual([3, 2]);
      const into = new Uint8Array(24);
      expect(await images.read([2, 0], into)).toBe(into);
      expect([...into]).toEqual([...new Array<number>(12).fill(3), ...new Array<number>(12).fill(1)]);
      await expect(images.read([3])).rejects.toThrow('image 3 of 3');
      await images.close();
    },
  );

  test('another file is refused, saying what it holds', async () => {
    await writeSafetensors(path('weights.safetensors'), {
      'fc.bias': { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) },
    });
    await expect(openPackedImages(path('weights.safetensors'))).rejects.toThrow(
      'a U8 or U16 tensor "images" of shape [N, S, S, 3] is expected; found "fc.bias" F32 [2].',
    );
  });
});
