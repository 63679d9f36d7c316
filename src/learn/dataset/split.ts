/** Cuts a data set into training, validation and test images, so that no group is on two sides. */
import type { Dataset } from '../../formats/dataset.ts';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { random } from '../../util/random.ts';
import { removeDuplicates, type EqualImages, type RemovedDuplicate } from './remove-duplicates.ts';
import { DatasetError } from './error.ts';
import { withoutLabels } from './findings.ts';
import { drawFindings, type Shares } from './split-findings.ts';
import { assignLabelFractions } from './label-fractions.ts';
import { type SubsetIndices, type Split } from './split-table.ts';
import type { TableRow } from './table.ts';
import { at } from '../../util/known.ts';

export interface SplitOptions {
  /**
   * `grouped` draws all three subsets; `published` keeps the published test set, and cuts validation from the published
   * training set unless a validation set was published, too; `image-level` draws all three subsets as if no two images
   * had anything to do with each other: it leaks, to show by how much.
   */
  readonly policy: 'grouped' | 'published' | 'image-level';
  /** Share of the images that test; with the policy `published` it is not used. */
  readonly test: number;
  /**
   * Share of the images (`grouped`, `image-level`) or of the published training images (`published`) that select; a
   * published validation set is taken as it is.
   */
  readonly validation: number;
  readonly seed: number;
  /** With `published`, the treatment of images whose group is also in the validation or test subset. */
  readonly overlap: 'remove' | 'keep';
  /** The treatment of images that equal a validation or test image, or an earlier training image. */
  readonly duplicates: 'remove' | 'keep';
  /** Shares of the training labels that other stages may ask for. */
  readonly labelFractions: readonly number[];
}

export interface SampledSplit extends Split {
  /** With `duplicates: "remove"`. */
  readonly removed: readonly RemovedDuplicate[];
}

/**
 * Every class or finding is in every subset in nearly equal shares. `duplicates` are the images that are equal, for
 * `duplicates: "remove"`. Throws DatasetError if a class has too few groups, or is missing in a subset; a finding may
 * be missing.
 */
export function splitDataset(
  table: readonly TableRow[],
  classes: readonly string[],
  options: SplitOptions,
  duplicates: readonly EqualImages[] = [],
  task?: Dataset['task'],
): SampledSplit {
  const draw: Draw =
    task === 'findings'
      ? (rows, shares) => drawFindings(rows, classes, shares, options.seed)
      : (rows, shares) => drawClasses(rows, classes, shares, options.seed);
  const drawn = drawers[options.policy](table, draw, options);
  const { subsets: split, removed } =
    options.duplicates === 'remove' ? removeDuplicates(drawn, duplicates) : { subsets: drawn, removed: [] };
  for (const subset of SUBSETS) {
    const labels = new Set(split[subset].map((index) => at(table, index).label));
    const missing = task === 'findings' ? [] : classes.filter((label) => !labels.has(label));
    if (missing.length > 0)
      throw new DatasetError(
        `The ${subset} subset would have no image of the class ${missing.join(', ')}. ${remedy(options)}`,
      );
  }
  const trained = split.train.map((index) => at(table, index));
  return {
    ...split,
    labelFractions: assignLabelFractions(
      task === 'findings' ? withoutLabels(trained) : trained,
      options.labelFractions,
      options.seed,
    ),
    removed,
  };
}

/** Keeps a published test set, so that results are comparable; without one, draws it. */
export function policyFor(table: readonly TableRow[]): SplitOptions['policy'] {
  return table.some(({ split }) => split === 'test') ? 'published' : 'grouped';
}

/** Draws subsets with these shares of the rows. */
type Draw = (rows: readonly TableRow[], shares: Shares) => Record<Subset, number[]>;

const drawers: Readonly<Record<SplitOptions['policy'], typeof grouped>> = {
  grouped,
  published,
  'image-level': (table, draw, options) =>
    grouped(
      table.map((row) => ({ ...row, group: String(row.index) })),
      draw,
      options,
    ),
};

function grouped(table: readonly TableRow[], draw: Draw, { test, validation }: SplitOptions): SubsetIndices {
  if (test <= 0 || validation <= 0 || test + validation >= 1)
    throw new DatasetError(`test is ${test} and validation ${validation}; both must be above 0 and their sum below 1.`);
  return draw(table, { test, validation });
}

function published(table: readonly TableRow[], draw: Draw, { validation, overlap }: SplitOptions): SubsetIndices {
  const [train, given, test] = SUBSETS.map((subset) => table.filter(({ split }) => split === subset)) as [
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
  return { ...draw(apart(train, test), { validation }), test: indicesOf(test) };
}

const indicesOf = (rows: readonly TableRow[]): number[] => rows.map(({ index }) => index);

/**
 * Class by class, groups in a drawn order go to the first subset that they bring closer to its share, else to
 * the training subset.
 */
function drawClasses(
  rows: readonly TableRow[],
  classes: readonly string[],
  given: Shares,
  seed: number,
): Record<Subset, number[]> {
  const drawn: Record<Subset, number[]> = { train: [], validation: [], test: [] };
  const shares = (['test', 'validation'] as const).flatMap((subset) => {
    const share = given[subset];
    return share === undefined ? [] : [{ subset, share }];
  });
  for (const label of classes) {
    const groups = groupsOf(rows, label);
    if (groups.length <= shares.length)
      throw new DatasetError(
        `The class "${label}" has ${groups.length} group(s) of images; ${shares.length + 1} are needed, one for ` +
          'each subset.',
      );
    const images = groups.reduce((sum, group) => sum + group.length, 0);
    const wanted = shares.map(({ subset, share }) => ({ subset, target: share * images, taken: 0 }));
    for (const place of random('split', seed, label).permutation(groups.length)) {
      const group = at(groups, place);
      const needy = wanted.find(
        ({ target, taken }) => taken === 0 || Math.abs(taken + group.length - target) < Math.abs(taken - target),
      );
      if (needy !== undefined) needy.taken += group.length;
      drawn[needy?.subset ?? 'train'].push(...group);
    }
  }
  for (const subset of Object.values(drawn)) subset.sort((a, b) => a - b);
  return drawn;
}

/** Images of each group whose most frequent class this is (among equally frequent classes, the first in order). */
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
  return at(
    [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
    0,
  )[0];
}

const remedy = ({ policy }: SplitOptions): string =>
  policy === 'published'
    ? 'Use the policy "grouped", or another share for validation.'
    : 'Raise its share, or merge rare classes.';
