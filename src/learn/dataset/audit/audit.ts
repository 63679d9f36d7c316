/** `audit.json`: the leaks of a data set that would make a result look better than it is. */
import { deviation, mean } from 'd3-array';
import { significant } from '../../../util/number.ts';
import type { Dataset } from '../../../formats/dataset.ts';
import { labelTest } from '../findings.ts';
import type { Audit, AuditedPair, ClassFacts, PairCounts } from '../../../formats/audit.ts';
import type { TableRow } from '../table.ts';
import type { Duplicates, DuplicatePair } from './duplicates.ts';
import type { HashedImage } from './hashed-images.ts';
import { at } from '../../../util/known.ts';

/** All of `audit.json` but the choice of pairs that are shown. */
export type AuditFindings = Omit<Audit, 'shown'>;
type EqualByLabel = Audit['exactByLabel'][number];

export function auditDataset(
  table: readonly TableRow[],
  classes: readonly string[],
  images: readonly HashedImage[],
  duplicates: Duplicates,
  task?: Dataset['task'],
): AuditFindings {
  const isOf = labelTest(task);
  const [exact, near] = [
    duplicates.exact.map((pair) => audited(pair, table)),
    duplicates.near.map((pair) => audited(pair, table)),
  ];
  const turned = duplicates.turned.map((pair) => ({ ...audited(pair, table), turn: pair.turn }));
  const shared = groupsAcrossSplits(table);
  return {
    images: table.length,
    groups: groupsIn(table),
    summary: { exact: counted(exact), near: counted(near), turned: counted(turned), groupsAcrossSplits: shared.length },
    classes: Object.fromEntries(
      classes.map((label) => [
        label,
        factsOf(
          table.filter((row) => isOf(row.label, label)),
          images,
        ),
      ]),
    ),
    exactByLabel: byLabel(exact),
    groupsAcrossSplits: shared,
    exact,
    near,
    turned,
  };
}

function audited({ first, second, similarity }: DuplicatePair, table: readonly TableRow[]): AuditedPair {
  const [a, b] = [at(table, first), at(table, second)];
  return {
    images: [a.image, b.image],
    labels: [a.label, b.label],
    splits: [a.split, b.split],
    sameGroup: a.group === b.group,
    similarity,
  };
}

const counted = (pairs: readonly AuditedPair[]): PairCounts => ({
  pairs: pairs.length,
  acrossClasses: pairs.filter(({ labels }) => labels[0] !== labels[1]).length,
  acrossSplits: pairs.filter(({ splits }) => splits[0] !== splits[1]).length,
  acrossGroups: pairs.filter(({ sameGroup }) => !sameGroup).length,
});

/** The most frequent first. */
function byLabel(pairs: readonly AuditedPair[]): EqualByLabel[] {
  const counts = new Map<string, EqualByLabel>();
  for (const { labels, splits } of pairs) {
    const key = JSON.stringify([labels, splits]);
    counts.set(key, { labels, splits, pairs: (counts.get(key)?.pairs ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.pairs - a.pairs);
}

function groupsAcrossSplits(table: readonly TableRow[]): string[] {
  const splits = new Map<string, Set<string>>();
  for (const { group, split } of table) splits.set(group, (splits.get(group) ?? new Set()).add(split));
  return [...splits].flatMap(([group, seen]) => (seen.size > 1 ? [group] : [])).sort((a, b) => (a < b ? -1 : 1));
}

const groupsIn = (rows: readonly TableRow[]): number => new Set(rows.map(({ group }) => group)).size;

function factsOf(rows: readonly TableRow[], images: readonly HashedImage[]): ClassFacts {
  const inSplit = (name: string) => rows.filter(({ split }) => split === name).length;
  const channels = [0, 1, 2].map((channel) => rows.map(({ index }) => at(at(images, index).color, channel)));
  return {
    images: rows.length,
    groups: groupsIn(rows),
    train: inSplit('train'),
    validation: inSplit('validation'),
    test: inSplit('test'),
    color: {
      mean: channels.map((values) => significant(mean(values) ?? 0)),
      sd: channels.map((values) => significant(deviation(values) ?? 0)),
    },
  };
}
