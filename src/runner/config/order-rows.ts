/** Puts axes, their values and instances into an order that depends on nothing but the file. */
import type { AxisEntry } from './axis.ts';
import type { Combination } from './combinations.ts';
import type { ExpandedStage } from './expanded.ts';
import { instanceId } from './instance-id.ts';
import type { JoinedRow } from './join.ts';
import type { StageDraft } from './stage-draft.ts';

/** Inherited axes first, in the order in which they come in, then own ones; values as they are declared, here or upstream. */
export function orderRows(
  draft: StageDraft,
  joined: readonly JoinedRow[],
  producers: readonly ExpandedStage[],
  include: readonly Combination[],
): Pick<ExpandedStage, 'axes' | 'domains' | 'rows'> {
  const own = draft.axes.map(({ name }) => name);
  const present = presentEntries(joined);
  const axes = [...[...present.keys()].filter((name) => !own.includes(name)), ...own];
  const domains = new Map(
    axes.map((name) => [
      name,
      domainOf(name, present.get(name) ?? new Map<string, AxisEntry>(), draft, producers, include),
    ]),
  );
  const ranks = axes.map((name) => new Map(domains.get(name)!.map(({ text }, i) => [text, i])));
  const ranked = joined.map(({ axes: row, bindings }) => ({
    rank: axes.map((name, i) => ranks[i]!.get(row.get(name)?.text ?? '') ?? -1),
    row: {
      id: instanceId(draft.name, row),
      axes: new Map(axes.flatMap((name) => (row.has(name) ? [[name, row.get(name)!] as const] : []))),
      bindings,
    },
  }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return { axes, domains, rows: ranked.map(({ row }) => row) };
}

function presentEntries(joined: readonly JoinedRow[]): ReadonlyMap<string, ReadonlyMap<string, AxisEntry>> {
  const present = new Map<string, Map<string, AxisEntry>>();
  for (const { axes } of joined) {
    for (const [name, entry] of axes) {
      const entries = present.get(name);
      if (entries === undefined) present.set(name, new Map([[entry.text, entry]]));
      else if (!entries.has(entry.text)) entries.set(entry.text, entry);
    }
  }
  return present;
}

function domainOf(
  name: string,
  present: ReadonlyMap<string, AxisEntry>,
  draft: StageDraft,
  producers: readonly ExpandedStage[],
  include: readonly Combination[],
): readonly AxisEntry[] {
  const declared = draft.axes.find((axis) => axis.name === name)?.entries ?? [];
  const added = include.flatMap(({ row }) => row.get(name) ?? []);
  const upstream = producers.flatMap(({ domains }) => domains.get(name) ?? []);
  const texts = new Set([...declared, ...upstream, ...added].map(({ text }) => text));
  return [...texts].flatMap((text) => present.get(text) ?? []);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((rank, i) => rank !== b[i]);
  return different === -1 ? 0 : a[different]! - b[different]!;
}
