/** `audit.json`: what in a data set would make a result look better than it is. */
import type { TableRow } from '../table.ts';
import type { Duplicates, Pair } from './duplicates.ts';

/** Two images that are one, with what makes that harmful. */
export interface AuditedPair {
  readonly images: readonly [string, string];
  readonly labels: readonly [string, string];
  readonly splits: readonly [string, string];
  readonly sameGroup: boolean;
  readonly similarity: number;
}

export interface PairCounts {
  readonly pairs: number;
  /** One picture, two labels. */
  readonly acrossClasses: number;
  /** Trained on and tested on. */
  readonly acrossSplits: number;
  /** A split by group would not keep these together. */
  readonly acrossGroups: number;
}

export interface Audit {
  readonly images: number;
  readonly groups: number;
  readonly summary: { readonly exact: PairCounts; readonly near: PairCounts; readonly groupsAcrossSplits: number };
  readonly classes: Readonly<Record<string, { readonly images: number; readonly groups: number; readonly train: number; readonly test: number }>>;
  /** Groups with images in more than one published split, sorted. */
  readonly groupsAcrossSplits: readonly string[];
  readonly exact: readonly AuditedPair[];
  readonly near: readonly AuditedPair[];
}

export function audit(table: readonly TableRow[], classes: readonly string[], duplicates: Duplicates): Audit {
  const [exact, near] = [duplicates.exact.map((pair) => audited(pair, table)), duplicates.near.map((pair) => audited(pair, table))];
  const shared = groupsAcrossSplits(table);
  return {
    images: table.length,
    groups: groupsIn(table),
    summary: { exact: counted(exact), near: counted(near), groupsAcrossSplits: shared.length },
    classes: Object.fromEntries(classes.map((label) => [label, balanceOf(table.filter((row) => row.label === label))])),
    groupsAcrossSplits: shared,
    exact,
    near,
  };
}

function audited({ first, second, similarity }: Pair, table: readonly TableRow[]): AuditedPair {
  const [a, b] = [table[first]!, table[second]!];
  return { images: [a.image, b.image], labels: [a.label, b.label], splits: [a.split, b.split], sameGroup: a.group === b.group, similarity };
}

const counted = (pairs: readonly AuditedPair[]): PairCounts => ({
  pairs: pairs.length,
  acrossClasses: pairs.filter(({ labels }) => labels[0] !== labels[1]).length,
  acrossSplits: pairs.filter(({ splits }) => splits[0] !== splits[1]).length,
  acrossGroups: pairs.filter(({ sameGroup }) => !sameGroup).length,
});

function groupsAcrossSplits(table: readonly TableRow[]): string[] {
  const splits = new Map<string, Set<string>>();
  for (const { group, split } of table) splits.set(group, (splits.get(group) ?? new Set()).add(split));
  return [...splits].flatMap(([group, seen]) => (seen.size > 1 ? [group] : [])).sort((a, b) => (a < b ? -1 : 1));
}

const groupsIn = (rows: readonly TableRow[]): number => new Set(rows.map(({ group }) => group)).size;

const balanceOf = (rows: readonly TableRow[]) => ({
  images: rows.length,
  groups: groupsIn(rows),
  train: rows.filter(({ split }) => split === 'train').length,
  test: rows.filter(({ split }) => split === 'test').length,
});
