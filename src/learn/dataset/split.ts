/** Cuts a data set into training, validation and test images, so that no group is on two sides. */
import { random } from '../../util/random.ts';
import { withoutCopies, type EqualImages, type RemovedCopy } from './copies.ts';
import { DatasetError } from './error.ts';
import { labelShares } from './label-shares.ts';
import { PARTS, type Part, type Parts, type Split } from './split-table.ts';
import type { TableRow } from './table.ts';

export interface SplitOptions {
  /**
   * `grouped` draws all three parts; `published` keeps the published test set, and cuts validation from the published
   * training set unless a validation set was published, too;
   * `image-level` draws all three parts as if no two images had anything to do with each other: it leaks, to show by how much.
   */
  readonly policy: 'grouped' | 'published' | 'image-level';
  /** Share of the images that test; with the policy `published` it is not used. */
  readonly test: number;
  /** Share of the images (`grouped`, `image-level`) or of the published training images (`published`) that select; a published validation set is taken as it is. */
  readonly validation: number;
  readonly seed: number;
  /** With `published`, what becomes of images whose group is also in a part that judges them: validation or test. */
  readonly overlap: 'remove' | 'keep';
  /** What becomes of images that are equal to one of a part that judges them, or to an earlier one of training. */
  readonly duplicates: 'remove' | 'keep';
  /** Shares of the training labels that other stages may ask for. */
  readonly fractions: readonly number[];
}

export interface DrawnSplit extends Split {
  /** With `duplicates: "remove"`. */
  readonly removed: readonly RemovedCopy[];
}

/**
 * Every class is in every part in nearly equal shares. `copies` are the images that are equal, for `duplicates:
 * "remove"`. Throws DatasetError where a class has too few groups, or is missing in a part.
 */
export function splitDataset(
  table: readonly TableRow[],
  classes: readonly string[],
  options: SplitOptions,
  copies: readonly EqualImages[] = [],
): DrawnSplit {
  const drawn = drawers[options.policy](table, classes, options);
  const { parts: split, removed } =
    options.duplicates === 'remove' ? withoutCopies(drawn, copies) : { parts: drawn, removed: [] };
  for (const part of PARTS) {
    const labels = new Set(split[part].map((index) => table[index]!.label));
    const missing = classes.filter((label) => !labels.has(label));
    if (missing.length > 0)
      throw new DatasetError(
        `The ${part} part would have no image of the class ${missing.join(', ')}. ${remedy(options)}`,
      );
  }
  return {
    ...split,
    labels: labelShares(
      split.train.map((index) => table[index]!),
      options.fractions,
      options.seed,
    ),
    removed,
  };
}

/** Keeps a published test set, so that results can be compared with others'; draws one where there is none. */
export function policyFor(table: readonly TableRow[]): SplitOptions['policy'] {
  return table.some(({ split }) => split === 'test') ? 'published' : 'grouped';
}

const drawers: Readonly<Record<SplitOptions['policy'], typeof grouped>> = {
  grouped,
  published,
  'image-level': (table, classes, options) =>
    grouped(
      table.map((row) => ({ ...row, group: String(row.index) })),
      classes,
      options,
    ),
};

function grouped(
  table: readonly TableRow[],
  classes: readonly string[],
  { test, validation, seed }: SplitOptions,
): Parts {
  if (test <= 0 || validation <= 0 || test + validation >= 1)
    throw new DatasetError(`test is ${test} and validation ${validation}; both must be above 0 and their sum below 1.`);
  const parts = draw(
    table,
    classes,
    [
      ['test', test],
      ['validation', validation],
    ],
    seed,
  );
  return { train: parts.rest, validation: parts.validation!, test: parts.test! };
}

function published(
  table: readonly TableRow[],
  classes: readonly string[],
  { validation, seed, overlap }: SplitOptions,
): Parts {
  const [train, given, test] = PARTS.map((part) => table.filter(({ split }) => split === part)) as [
    TableRow[],
    TableRow[],
    TableRow[],
  ];
  if (test.length === 0 || train.length === 0)
    throw new DatasetError(
      `The data set was published without a ${test.length === 0 ? 'test' : 'training'} set; use the policy "grouped".`,
    );
  const apart = (rows: readonly TableRow[], judges: readonly TableRow[]): readonly TableRow[] => {
    const judged = new Set(judges.map(({ group }) => group));
    return overlap === 'keep' ? rows : rows.filter(({ group }) => !judged.has(group));
  };
  if (given.length > 0)
    return {
      train: indicesOf(apart(train, [...given, ...test])),
      validation: indicesOf(apart(given, test)),
      test: indicesOf(test),
    };
  if (validation <= 0 || validation >= 1)
    throw new DatasetError(`validation is ${validation}; it must be above 0 and below 1.`);
  const parts = draw(apart(train, test), classes, [['validation', validation]], seed);
  return { train: parts.rest, validation: parts.validation!, test: indicesOf(test) };
}

const indicesOf = (rows: readonly TableRow[]): number[] => rows.map(({ index }) => index);

type Share = readonly [part: Part, share: number];

/** Class by class, groups in a drawn order go to the first part that they bring closer to its share, else to the rest. */
function draw(
  rows: readonly TableRow[],
  classes: readonly string[],
  shares: readonly Share[],
  seed: number,
): Record<'rest', number[]> & Partial<Record<Part, number[]>> {
  const drawn: Record<'rest', number[]> & Partial<Record<Part, number[]>> = { rest: [] };
  for (const [part] of shares) drawn[part] = [];
  for (const label of classes) {
    const groups = groupsOf(rows, label);
    if (groups.length <= shares.length)
      throw new DatasetError(
        `The class "${label}" has ${groups.length} group(s) of images; ${shares.length + 1} are needed, one for each part.`,
      );
    const images = groups.reduce((sum, group) => sum + group.length, 0);
    const wanted = shares.map(([part, share]) => ({ part, target: share * images, taken: 0 }));
    for (const place of random('split', seed, label).permutation(groups.length)) {
      const group = groups[place]!;
      const needy = wanted.find(
        ({ target, taken }) => taken === 0 || Math.abs(taken + group.length - target) < Math.abs(taken - target),
      );
      if (needy !== undefined) needy.taken += group.length;
      drawn[needy?.part ?? 'rest']!.push(...group);
    }
  }
  for (const part of Object.values(drawn)) part.sort((a, b) => a - b);
  return drawn;
}

/** Images of each group whose most frequent class this is (of equals, the one that sorts first). */
function groupsOf(rows: readonly TableRow[], label: string): number[][] {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups.values()]
    .filter((members) => mostFrequent(members) === label)
    .map((members) => members.map(({ index }) => index));
}

function mostFrequent(rows: readonly TableRow[]): string {
  const counts = new Map<string, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]![0];
}

const remedy = ({ policy }: SplitOptions): string =>
  policy === 'published'
    ? 'Use the policy "grouped", or another share for validation.'
    : 'Raise its share, or merge rare classes.';
