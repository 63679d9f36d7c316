/** The published trees, if they are on this machine: `../shared/data` beside the checkout. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { READERS, type Listing, type ReaderName } from './index.ts';

const DATA = resolve(import.meta.dirname, '../../../../../shared/data');

const counts = (values: readonly string[]) =>
  Object.fromEntries(
    [...new Set(values)].sort().map((value) => [value, values.filter((other) => other === value).length]),
  );

async function read(name: ReaderName): Promise<Listing> {
  const result = await READERS[name](join(DATA, name));
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

const cases: [ReaderName, { images: number; groups: number; classes: number; splits: Record<string, number> }][] = [
  ['ham10000', { images: 10015, groups: 7470, classes: 7, splits: { '': 10015 } }],
  ['isic9', { images: 2359, groups: 2359, classes: 9, splits: { test: 118, train: 2241 } }],
  ['covid19', { images: 317, groups: 317, classes: 3, splits: { test: 66, train: 251 } }],
  ['chest-xray', { images: 5840, groups: 1667 + 1575, classes: 2, splits: { test: 624, train: 5216 } }],
  ['idrid', { images: 516, groups: 516, classes: 5, splits: { test: 103, train: 413 } }],
];

for (const [name, expected] of cases) {
  test.skipIf(!existsSync(join(DATA, name)))(
    `${name} is read whole (skipped where ${join('..', 'shared', 'data', name)} is absent)`,
    async () => {
      const { samples, faults, classes } = await read(name);
      expect(faults).toEqual([]);
      expect({
        images: samples.length,
        groups: new Set(samples.map(({ group }) => group)).size,
        classes: classes.length,
        splits: counts(samples.map(({ split }) => split)),
      }).toEqual(expected);
      expect(new Set(samples.map(({ image }) => image)).size).toBe(samples.length);
    },
  );
}

test.skipIf(!existsSync(join(DATA, 'ham10000')))(
  'HAM10000 has the published number of images of each class',
  async () => {
    const { samples } = await read('ham10000');
    expect(counts(samples.map(({ label }) => label))).toEqual({
      akiec: 327,
      bcc: 514,
      bkl: 1099,
      df: 115,
      mel: 1113,
      nv: 6705,
      vasc: 142,
    });
  },
);
