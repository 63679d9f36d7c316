import { SUBSETS } from '../../formats/subset.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarizeSplit } from './split-summary.ts';
import { type Split } from './split-table.ts';
import { splitDataset, type SplitOptions } from './split.ts';
import type { TableRow } from './table.ts';

const CLASSES = ['a', 'b', 'c'];
const GROUPED: SplitOptions = {
  policy: 'grouped',
  test: 0.25,
  validation: 0.15,
  seed: 0,
  overlap: 'remove',
  duplicates: 'keep',
  labelFractions: [],
};
const PUBLISHED: SplitOptions = { ...GROUPED, policy: 'published' };

const rows = (members: readonly Omit<TableRow, 'index' | 'image'>[]): TableRow[] =>
  members.map((row, index) => ({ index, image: `${index}.png`, ...row }));
/** Groups of the sizes given, all of one class. */
const groups = (label: string, sizes: readonly number[], split: TableRow['split'] = '') =>
  sizes.flatMap((size, g) => Array.from({ length: size }, () => ({ label, group: `${label}${split}${g}`, split })));

const table = fc
  .tuple(...CLASSES.map(() => fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 8, maxLength: 40 })))
  .map((sizes) => rows(sizes.flatMap((of, c) => groups(CLASSES[c]!, of))));

const partsOf = (split: Split, table: readonly TableRow[]) =>
  SUBSETS.map((subset) => new Set(split[subset].map((index) => table[index]!.group)));

describe('grouped', () => {
  test('no group is in two subsets, every image is in one, and every class is in each, whatever the sizes', () => {
    fc.assert(
      fc.property(table, fc.nat(1000), (table, seed) => {
        const split = splitDataset(table, CLASSES, { ...GROUPED, seed });
        const [train, validation, test] = partsOf(split, table) as [Set<string>, Set<string>, Set<string>];
        expect([...train, ...validation].every((g) => !test.has(g))).toBe(true);
        expect([...train].every((g) => !validation.has(g))).toBe(true);
        expect(SUBSETS.flatMap((subset) => split[subset]).sort((a, b) => a - b)).toEqual(
          table.map(({ index }) => index),
        );
        for (const subset of SUBSETS)
          expect(new Set(split[subset].map((index) => table[index]!.label))).toEqual(new Set(CLASSES));
        expect(summarizeSplit(split, table, CLASSES, GROUPED).groupOverlap).toBe(0);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('each class is cut in the shares asked for, to within a group', () => {
    fc.assert(
      fc.property(table, (table) => {
        const { subsets } = summarizeSplit(splitDataset(table, CLASSES, GROUPED), table, CLASSES, GROUPED);
        for (const label of CLASSES) {
          const all = table.filter((row) => row.label === label).length;
          expect(Math.abs(subsets.test.classes[label]! - 0.25 * all)).toBeLessThanOrEqual(5);
          expect(Math.abs(subsets.validation.classes[label]! - 0.15 * all)).toBeLessThanOrEqual(5);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test('image-level draws images alone, in exact shares, and the summary counts the groups that leak', () => {
    const table = rows(groups('a', new Array<number>(60).fill(4)).concat(groups('b', new Array<number>(20).fill(4))));
    const options: SplitOptions = { ...GROUPED, policy: 'image-level' };
    const { subsets, groupOverlap } = summarizeSplit(
      splitDataset(table, ['a', 'b'], options),
      table,
      ['a', 'b'],
      options,
    );
    expect(subsets.test.classes).toEqual({ a: 60, b: 20 });
    expect(subsets.validation.classes).toEqual({ a: 36, b: 12 });
    expect(groupOverlap).toBeGreaterThan(40);
  });

  test('shares are exact where every image is a group', () => {
    const table = rows(groups('a', new Array<number>(100).fill(1)).concat(groups('b', new Array<number>(40).fill(1))));
    const { subsets } = summarizeSplit(splitDataset(table, ['a', 'b'], GROUPED), table, ['a', 'b'], GROUPED);
    expect(subsets).toEqual({
      train: { images: 84, groups: 84, classes: { a: 60, b: 24 } },
      validation: { images: 21, groups: 21, classes: { a: 15, b: 6 } },
      test: { images: 35, groups: 35, classes: { a: 25, b: 10 } },
    });
  });

  test('the seed decides, and nothing else', () => {
    const table = rows(groups('a', new Array<number>(50).fill(2)).concat(groups('b', new Array<number>(50).fill(1))));
    expect(splitDataset(table, ['a', 'b'], GROUPED)).toEqual(splitDataset([...table], ['a', 'b'], { ...GROUPED }));
    expect(splitDataset(table, ['a', 'b'], { ...GROUPED, seed: 1 })).not.toEqual(
      splitDataset(table, ['a', 'b'], GROUPED),
    );
  });

  test('a group of several classes stays whole', () => {
    const mixed = [
      { label: 'a', group: 'm', split: '' as const },
      { label: 'b', group: 'm', split: '' as const },
    ];
    const table = rows([...groups('a', [1, 1, 1, 1]), ...groups('b', [1, 1, 1, 1]), ...mixed]);
    expect(summarizeSplit(splitDataset(table, ['a', 'b'], GROUPED), table, ['a', 'b'], GROUPED)).toMatchObject({
      groupOverlap: 0,
      unused: 0,
    });
  });

  test.each([
    [{ ...GROUPED, test: 0.9 }, 'test is 0.9 and validation 0.15; both must be above 0 and their sum below 1.'],
    [{ ...GROUPED, test: 0 }, 'test is 0 and validation 0.15'],
  ])('impossible shares are refused', (options, message) => {
    expect(() => splitDataset(rows(groups('a', [1, 1, 1])), ['a'], options)).toThrow(message);
  });

  test('a class with too few groups is named', () => {
    const table = rows([...groups('a', [1, 1, 1, 1]), ...groups('b', [9, 9])]);
    expect(() => splitDataset(table, ['a', 'b'], GROUPED)).toThrow(
      'The class "b" has 2 group(s) of images; 3 are needed, one for each subset.',
    );
  });
});

describe('published', () => {
  const train = [...groups('a', [2, 2, 2, 2], 'train'), ...groups('b', [1, 1, 1, 1], 'train')];
  const test_ = [...groups('a', [3], 'test'), ...groups('b', [3], 'test')];
  const shared = { label: 'a', group: 'atest0', split: 'train' as const };

  test('the test set is the published one; validation is cut from the training set by group', () => {
    const table = rows([...train, ...test_]);
    const split = splitDataset(table, ['a', 'b'], PUBLISHED);
    expect(split.test).toEqual([12, 13, 14, 15, 16, 17]);
    expect([...split.train, ...split.validation].sort((a, b) => a - b)).toEqual([...table.keys()].slice(0, 12));
    expect(summarizeSplit(split, table, ['a', 'b'], PUBLISHED)).toMatchObject({
      groupOverlap: 0,
      unused: 0,
      subsets: { validation: { classes: { a: 2, b: 1 } } },
    });
  });

  test('training images of a tested group are left out, or kept and counted where that is asked for', () => {
    const table = rows([...train, ...test_, shared]);
    const removed = splitDataset(table, ['a', 'b'], PUBLISHED);
    expect(summarizeSplit(removed, table, ['a', 'b'], PUBLISHED)).toMatchObject({ groupOverlap: 0, unused: 1 });
    const kept = splitDataset(table, ['a', 'b'], { ...PUBLISHED, overlap: 'keep' });
    expect(summarizeSplit(kept, table, ['a', 'b'], PUBLISHED)).toMatchObject({ groupOverlap: 1, unused: 0 });
  });

  test('a set published without a test set, or without a class in it, is refused', () => {
    expect(() => splitDataset(rows(train), ['a', 'b'], PUBLISHED)).toThrow(
      'published without a test set; use the policy "grouped".',
    );
    expect(() => splitDataset(rows([...train, ...groups('a', [3], 'test')]), ['a', 'b'], PUBLISHED)).toThrow(
      'The test subset would have no image of the class b.',
    );
  });
});

describe('a published validation set', () => {
  const table = rows([
    ...groups('a', [1, 1, 1], 'train'),
    ...groups('b', [1, 1, 1], 'train'),
    ...groups('a', [2], 'validation'),
    ...groups('b', [2], 'validation'),
    ...groups('a', [1], 'test'),
    ...groups('b', [1], 'test'),
  ]);

  test('is kept, whatever share is asked for', () => {
    const split = splitDataset(table, ['a', 'b'], PUBLISHED);
    expect(split).toMatchObject({ train: [0, 1, 2, 3, 4, 5], validation: [6, 7, 8, 9], test: [10, 11] });
    expect(splitDataset(table, ['a', 'b'], { ...PUBLISHED, validation: 0.5, seed: 9 })).toEqual(split);
  });

  test('gives up what shares a group with the test set, and training gives up what shares one with either', () => {
    const shared = rows([
      ...table,
      { label: 'a', group: 'atest0', split: 'validation' },
      { label: 'a', group: 'atest0', split: 'train' },
      { label: 'b', group: 'bvalidation0', split: 'train' },
    ]);
    const split = splitDataset(shared, ['a', 'b'], PUBLISHED);
    expect(summarizeSplit(split, shared, ['a', 'b'], PUBLISHED)).toMatchObject({ groupOverlap: 0, unused: 3 });
  });
});

describe('label fractions', () => {
  const FRACTIONS: SplitOptions = { ...GROUPED, labelFractions: [0.5, 0.1, 0.1] };

  test('are nested, hold their share of every class and one image at least, whatever the sizes', () => {
    fc.assert(
      fc.property(table, fc.nat(1000), (table, seed) => {
        const options = { ...FRACTIONS, seed };
        const split = splitDataset(table, CLASSES, options);
        const { labelSubsets, subsets } = summarizeSplit(split, table, CLASSES, options);
        expect(labelSubsets.map(({ fraction }) => fraction)).toEqual([0.1, 0.5, 1]);
        for (const { fraction, classes } of labelSubsets)
          for (const label of CLASSES)
            expect(classes[label]).toBe(Math.max(1, Math.round(fraction * subsets.train.classes[label]!)));
        expect([...new Set(split.labelFractions)].every((share) => [0.1, 0.5, 1].includes(share))).toBe(true);
        expect({ ...split, labelFractions: [] }).toEqual({
          ...splitDataset(table, CLASSES, { ...options, labelFractions: [] }),
          labelFractions: [],
        });
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  test('take whole groups, the last one of a class apart', () => {
    const table = rows([...groups('a', new Array<number>(30).fill(4)), ...groups('b', new Array<number>(30).fill(4))]);
    const split = splitDataset(table, ['a', 'b'], FRACTIONS);
    for (const label of ['a', 'b']) {
      const groupsWith = (small: boolean) =>
        new Set(
          split.train
            .filter((index, i) => table[index]!.label === label && split.labelFractions[i]! <= 0.5 === small)
            .map((index) => table[index]!.group),
        );
      expect([...groupsWith(true)].filter((group) => groupsWith(false).has(group)).length).toBeLessThanOrEqual(1);
    }
  });

  test('a larger set of fractions refines a smaller one', () => {
    const table = rows([...groups('a', new Array<number>(90).fill(1)), ...groups('b', new Array<number>(90).fill(1))]);
    const [coarse, fine] = [[0.5], [0.1, 0.5]].map(
      (fractions) => splitDataset(table, ['a', 'b'], { ...GROUPED, labelFractions: fractions }).labelFractions,
    );
    expect(fine!.map((share) => (share <= 0.5 ? 0.5 : 1))).toEqual(coarse);
  });

  test.each([0, 1.5])('%d is refused', (fraction) => {
    expect(() =>
      splitDataset(rows(groups('a', [1, 1, 1, 1])), ['a'], { ...GROUPED, labelFractions: [fraction] }),
    ).toThrow(`labelFractions holds ${fraction}; each must be above 0 and at most 1.`);
  });
});

describe('equal images', () => {
  const table = rows([
    ...groups('a', [1, 1, 1, 1, 1, 1], 'train'),
    ...groups('b', [1, 1, 1, 1, 1, 1], 'train'),
    ...groups('a', [1, 1, 1], 'test'),
    ...groups('b', [1], 'test'),
  ]);
  const options: SplitOptions = { ...PUBLISHED, duplicates: 'remove', overlap: 'keep' };

  test('of the test set leave training whatever their label; within training one stays, within the test set all do', () => {
    const drawn = splitDataset(table, ['a', 'b'], PUBLISHED);
    const [one, two, three] = drawn.train.filter((index) => table[index]!.label === 'a');
    const other = drawn.train.find((index) => table[index]!.label === 'b')!;
    const split = splitDataset(table, ['a', 'b'], options, [
      [one!, other, 12, 13],
      [two!, three!],
    ]);
    expect(split.test).toEqual(drawn.test);
    expect(split.train).toEqual(drawn.train.filter((index) => ![one, other, three].includes(index)));
    expect(split.labelFractions).toHaveLength(split.train.length);
    expect(summarizeSplit(split, table, ['a', 'b'], options).removed).toEqual([
      { from: 'train', image: `${one}.png`, label: 'a', duplicateOf: { subset: 'test', image: '12.png', label: 'a' } },
      {
        from: 'train',
        image: `${other}.png`,
        label: 'b',
        duplicateOf: { subset: 'test', image: '12.png', label: 'a' },
      },
      {
        from: 'train',
        image: `${three}.png`,
        label: 'a',
        duplicateOf: { subset: 'train', image: `${two}.png`, label: 'a' },
      },
    ]);
  });

  test('never stand in two subsets and never leave the test subset, whatever is equal', () => {
    const large = rows(groups('a', new Array<number>(60).fill(1)).concat(groups('b', new Array<number>(60).fill(1))));
    const copies = fc
      .array(fc.nat(9), { minLength: 40, maxLength: 40 })
      .map((colors) =>
        Array.from({ length: 10 }, (_, color) => colors.flatMap((c, i) => (c === color ? [3 * i] : []))).filter(
          (same) => same.length > 1,
        ),
      );
    fc.assert(
      fc.property(copies, fc.nat(100), (copies, seed) => {
        const drawn = splitDataset(large, ['a', 'b'], { ...GROUPED, seed });
        const split = splitDataset(large, ['a', 'b'], { ...GROUPED, seed, duplicates: 'remove' }, copies);
        expect(split.test).toEqual(drawn.test);
        for (const same of copies)
          expect(SUBSETS.filter((subset) => same.some((index) => split[subset].includes(index)))).toHaveLength(1);
        for (const same of copies)
          expect(split.train.filter((index) => same.includes(index)).length).toBeLessThanOrEqual(1);
        expect(
          [...split.train, ...split.validation, ...split.test, ...split.removed.map(({ index }) => index)].sort(
            (a, b) => a - b,
          ),
        ).toEqual(large.map(({ index }) => index));
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test('a class that would lose its last training image is named', () => {
    const copies = [table.filter(({ label, split }) => label === 'b' || split === 'test').map(({ index }) => index)];
    expect(() => splitDataset(table, ['a', 'b'], options, copies)).toThrow(
      /The train subset would have no image of the class b/,
    );
  });
});
