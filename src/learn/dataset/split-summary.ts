/** `split.json`: the contents of a split, and the proof that its subsets share no group. */
import type { Dataset } from '../../formats/dataset.ts';
import type { SplitSummary, SubsetSummary } from '../../formats/split-summary.ts';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { labelTest } from './findings.ts';
import type { SampledSplit, SplitOptions } from './split.ts';
import type { TableRow } from './table.ts';
import { at } from '../../util/known.ts';

export function summarizeSplit(
  split: SampledSplit,
  table: readonly TableRow[],
  classes: readonly string[],
  options: SplitOptions,
  task?: Dataset['task'],
): SplitSummary {
  const isOf = labelTest(task);
  const rowsOf = (subset: Subset) => split[subset].map((index) => at(table, index));
  const groupsOf = (subset: Subset) => new Set(rowsOf(subset).map(({ group }) => group));
  const perClass = (rows: readonly TableRow[]) =>
    Object.fromEntries(classes.map((label) => [label, rows.filter((row) => isOf(row.label, label)).length]));
  const summary = (subset: Subset): SubsetSummary => ({
    images: split[subset].length,
    groups: groupsOf(subset).size,
    classes: perClass(rowsOf(subset)),
  });
  const within = (fraction: number) => {
    const rows = rowsOf('train').filter((_, i) => at(split.labelFractions, i) <= fraction);
    return { fraction, images: rows.length, classes: perClass(rows) };
  };
  const named = (index: number) => ({ image: at(table, index).image, label: at(table, index).label });
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
