/** `split.json`: what a split holds, and the proof that its parts share no group. */
import { PARTS, type Part } from './split-table.ts';
import type { DrawnSplit, SplitOptions } from './split.ts';
import type { TableRow } from './table.ts';

interface PartSummary {
  readonly images: number;
  readonly groups: number;
  /** Images of each class. */
  readonly classes: Readonly<Record<string, number>>;
}

interface SplitSummary extends SplitOptions {
  readonly parts: Readonly<Record<Part, PartSummary>>;
  /** Images in no part. */
  readonly unused: number;
  /** Groups that occur in more than one part: counted from the split itself, not assumed. */
  readonly groupOverlap: number;
  /** What may be trained on with each share of the labels, ascending; 1 is always there. */
  readonly labels: readonly {
    readonly share: number;
    readonly images: number;
    readonly classes: Readonly<Record<string, number>>;
  }[];
  /** Images left out because they are equal to another, which stays. */
  readonly removed: readonly {
    readonly from: Part;
    readonly image: string;
    readonly label: string;
    readonly copyOf: { readonly part: Part; readonly image: string; readonly label: string };
  }[];
}

export function summarise(
  split: DrawnSplit,
  table: readonly TableRow[],
  classes: readonly string[],
  options: SplitOptions,
): SplitSummary {
  const rowsOf = (part: Part) => split[part].map((index) => table[index]!);
  const groupsOf = (part: Part) => new Set(rowsOf(part).map(({ group }) => group));
  const perClass = (rows: readonly TableRow[]) =>
    Object.fromEntries(classes.map((label) => [label, rows.filter((row) => row.label === label).length]));
  const summary = (part: Part): PartSummary => ({
    images: split[part].length,
    groups: groupsOf(part).size,
    classes: perClass(rowsOf(part)),
  });
  const within = (share: number) => {
    const rows = rowsOf('train').filter((_, i) => split.labels[i]! <= share);
    return { share, images: rows.length, classes: perClass(rows) };
  };
  const named = (index: number) => ({ image: table[index]!.image, label: table[index]!.label });
  const parts = new Map<string, number>();
  for (const group of PARTS.flatMap((part) => [...groupsOf(part)])) parts.set(group, (parts.get(group) ?? 0) + 1);
  return {
    ...options,
    parts: { train: summary('train'), validation: summary('validation'), test: summary('test') },
    unused: table.length - PARTS.reduce((sum, part) => sum + split[part].length, 0),
    groupOverlap: [...parts.values()].filter((count) => count > 1).length,
    labels: [...new Set([...options.fractions, 1])].sort((a, b) => a - b).map(within),
    removed: split.removed.map(({ index, from, copyOf, part }) => ({
      from,
      ...named(index),
      copyOf: { part, ...named(copyOf) },
    })),
  };
}
