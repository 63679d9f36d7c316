/** `split.json`: the contents of a split, and the proof that its subsets share no group. */
import { SUBSETS, type Subset } from './split-table.ts';
import type { SampledSplit, SplitOptions } from './split.ts';
import type { TableRow } from './table.ts';

interface SubsetSummary {
  readonly images: number;
  readonly groups: number;
  /** Images of each class. */
  readonly classes: Readonly<Record<string, number>>;
}

interface SplitSummary extends SplitOptions {
  readonly subsets: Readonly<Record<Subset, SubsetSummary>>;
  /** Images in no subset. */
  readonly unused: number;
  /** Groups that occur in more than one subset: counted from the split itself, not assumed. */
  readonly groupOverlap: number;
  /** The training images for each fraction of the labels, ascending; 1 is always included. */
  readonly labelSubsets: readonly {
    readonly fraction: number;
    readonly images: number;
    readonly classes: Readonly<Record<string, number>>;
  }[];
  /** Images left out because they are equal to another, which stays. */
  readonly removed: readonly {
    readonly from: Subset;
    readonly image: string;
    readonly label: string;
    readonly duplicateOf: { readonly subset: Subset; readonly image: string; readonly label: string };
  }[];
}

export function summarizeSplit(
  split: SampledSplit,
  table: readonly TableRow[],
  classes: readonly string[],
  options: SplitOptions,
): SplitSummary {
  const rowsOf = (subset: Subset) => split[subset].map((index) => table[index]!);
  const groupsOf = (subset: Subset) => new Set(rowsOf(subset).map(({ group }) => group));
  const perClass = (rows: readonly TableRow[]) =>
    Object.fromEntries(classes.map((label) => [label, rows.filter((row) => row.label === label).length]));
  const summary = (subset: Subset): SubsetSummary => ({
    images: split[subset].length,
    groups: groupsOf(subset).size,
    classes: perClass(rowsOf(subset)),
  });
  const within = (fraction: number) => {
    const rows = rowsOf('train').filter((_, i) => split.labelFractions[i]! <= fraction);
    return { fraction, images: rows.length, classes: perClass(rows) };
  };
  const named = (index: number) => ({ image: table[index]!.image, label: table[index]!.label });
  const subsets = new Map<string, number>();
  for (const group of SUBSETS.flatMap((subset) => [...groupsOf(subset)]))
    subsets.set(group, (subsets.get(group) ?? 0) + 1);
  return {
    ...options,
    subsets: { train: summary('train'), validation: summary('validation'), test: summary('test') },
    unused: table.length - SUBSETS.reduce((sum, subset) => sum + split[subset].length, 0),
    groupOverlap: [...subsets.values()].filter((count) => count > 1).length,
    labelSubsets: [...new Set([...options.labelFractions, 1])].sort((a, b) => a - b).map(within),
    removed: split.removed.map(({ index, from, duplicateOf, subset }) => ({
      from,
      ...named(index),
      duplicateOf: { subset, ...named(duplicateOf) },
    })),
  };
}
