import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SUBSETS } from '../../formats/subset.ts';
import { at } from '../../util/known.ts';
import { random } from '../../util/random.ts';
import { formatFindings, parseFindings, type FindingState } from './findings.ts';
import { splitDataset, type SplitOptions } from './split.ts';
import type { TableRow } from './table.ts';

const FINDINGS = ['Edema', 'Effusion', 'Mass', 'Hernia'];
const SHARES = [0.4, 0.2, 0.1, 0.03];
const OPTIONS: SplitOptions = {
  policy: 'grouped',
  test: 0.2,
  validation: 0.2,
  seed: 0,
  overlap: 'remove',
  duplicates: 'keep',
  labelFractions: [0.1],
};

/** Groups of one to four images; findings are drawn by share, and some are not known. */
function drawTable(groups: number, seed: number): TableRow[] {
  const source = random('findings', seed);
  return Array.from({ length: groups }, (_, group) =>
    Array.from({ length: 1 + source.integer(4) }, () => {
      const states = SHARES.map((share): FindingState =>
        source.uniform() < 0.05 ? -1 : source.uniform() < share ? 1 : 0,
      );
      return { label: formatFindings(states, FINDINGS), group: `g${group}`, split: '' as const };
    }),
  )
    .flat()
    .map((row, index) => ({ index, image: `${index}.png`, ...row }));
}

test('each group is in one subset, and each finding has its share of images in each', () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const table = drawTable(300, seed);
      const split = splitDataset(table, FINDINGS, { ...OPTIONS, seed }, [], 'findings');
      const groupsOf = (subset: (typeof SUBSETS)[number]) => new Set(split[subset].map((i) => at(table, i).group));
      expect(SUBSETS.reduce((sum, subset) => sum + groupsOf(subset).size, 0)).toBe(300);
      expect(SUBSETS.flatMap((subset) => split[subset]).sort((a, b) => a - b)).toEqual(table.map(({ index }) => index));
      FINDINGS.forEach((_, k) => {
        const present = (rows: readonly TableRow[]) =>
          rows.filter(({ label, image }) => parseFindings(label, FINDINGS, image)[k] === 1).length;
        const all = present(table);
        // A group has at most four images: the share of a finding is met but for the last group.
        for (const [subset, share] of [
          ['train', 0.6],
          ['validation', 0.2],
          ['test', 0.2],
        ] as const)
          expect(Math.abs(present(split[subset].map((i) => at(table, i))) - share * all)).toBeLessThanOrEqual(
            4 + 0.1 * all,
          );
      });
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('a rare finding is in every subset where a draw by chance would often miss one', () => {
  for (let seed = 0; seed < 30; seed++) {
    const table = drawTable(400, seed).map((row, i) => ({ ...row, label: i % 100 === 0 ? 'Hernia' : 'none' }));
    const split = splitDataset(table, FINDINGS, { ...OPTIONS, seed }, [], 'findings');
    for (const subset of SUBSETS) expect(split[subset].some((i) => at(table, i).label === 'Hernia')).toBe(true);
  }
});

test('a tenth of the labels is a tenth of the images, whatever their findings', () => {
  const split = splitDataset(drawTable(300, 1), FINDINGS, OPTIONS, [], 'findings');
  const tenth = split.labelFractions.filter((fraction) => fraction === 0.1).length;
  expect(tenth / split.train.length).toBeCloseTo(0.1, 2);
});

test('labels are read back as they were written, and an unknown finding is refused', () => {
  const state = fc.constantFrom<FindingState[]>(1, 0, -1);
  fc.assert(
    fc.property(fc.tuple(state, state, state, state), (states) => {
      expect(parseFindings(formatFindings(states, FINDINGS), FINDINGS, 'x')).toEqual(states);
    }),
    { seed: 1 },
  );
  expect(() => parseFindings('Edema|Nodule', FINDINGS, '7.png')).toThrow(
    '7.png has the finding "Nodule"; those of the data set are Edema, Effusion, Mass, Hernia.',
  );
});
