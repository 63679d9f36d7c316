/** `split.json`: what a split holds, and the proof that its parts share no group. */
import { PARTS, type Part, type Split } from './split-table.ts';
import type { SplitOptions } from './split.ts';
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
}

export function summarise(split: Split, table: readonly TableRow[], classes: readonly string[], options: SplitOptions): SplitSummary {
  const rowsOf = (part: Part) => split[part].map((index) => table[index]!);
  const groupsOf = (part: Part) => new Set(rowsOf(part).map(({ group }) => group));
  const summary = (part: Part): PartSummary => ({
    images: split[part].length,
    groups: groupsOf(part).size,
    classes: Object.fromEntries(classes.map((label) => [label, rowsOf(part).filter((row) => row.label === label).length])),
  });
  const parts = new Map<string, number>();
  for (const group of PARTS.flatMap((part) => [...groupsOf(part)])) parts.set(group, (parts.get(group) ?? 0) + 1);
  return {
    ...options,
    parts: { train: summary('train'), validation: summary('validation'), test: summary('test') },
    unused: table.length - PARTS.reduce((sum, part) => sum + split[part].length, 0),
    groupOverlap: [...parts.values()].filter((count) => count > 1).length,
  };
}
