/** The product of a stage's axes, with the additions of `include` and without those in `exclude`. */
import { suggest } from '../../util/suggest.ts';
import type { AxisEntry, Row } from './axis.ts';
import type { StagesContext } from './stages-context.ts';
import { list } from './list.ts';
import { isAxisText } from './read-axes.ts';
import type { StageDraft } from './stage-draft.ts';
import { child, itemsOf, type ConfigNode, type ObjectNode } from './tree.ts';

export interface Combinations {
  /** Sorted along the axes, each with a value on every axis. */
  readonly rows: readonly Row[];
  /** For each axis the values that instances have, in order. */
  readonly domains: ReadonlyMap<string, readonly AxisEntry[]>;
}

interface Combination {
  readonly row: Row;
  readonly node: ConfigNode;
}

const NOTHING: Row = new Map();

/** Undefined when there is a fault in them, which is reported. */
export function combinationsOf(draft: StageDraft, context: StagesContext): Combinations | undefined {
  const matrix = child(draft.node, 'matrix');
  const include = readList(child(matrix, 'include'), context);
  const exclude = readList(child(matrix, 'exclude'), context);
  if (include === undefined || exclude === undefined) return undefined;
  const added = include.map((combination) => complete(combination, draft, context));
  if (!added.every((row) => row !== undefined)) return undefined;
  const declared = withAdded(draft.axes, added);
  if (!checkValues(exclude, declared, context)) return undefined;
  const rows = sorted([...product(draft.axes).filter((row) => !isExcluded(row, exclude)), ...added], declared);
  if (rows.length === 0)
    context.report.error(
      'unmatched',
      draft.origin,
      `every combination of "${draft.name}" is excluded, so it would never run`,
    );
  const domains = new Map(
    [...declared].map(([axis, entries]) => {
      const present = new Set(rows.map((row) => row.get(axis)?.text));
      return [axis, entries.filter(({ text }) => present.has(text))];
    }),
  );
  return { rows, domains };
}

/** For each axis its declared values, and those of added combinations after them. */
function withAdded(axes: StageDraft['axes'], added: readonly Row[]): ReadonlyMap<string, readonly AxisEntry[]> {
  const values = axes.map(({ name, entries }) => {
    const known = new Map(entries.map((entry) => [entry.text, entry]));
    for (const entry of added.flatMap((row) => row.get(name) ?? []))
      if (!known.has(entry.text)) known.set(entry.text, entry);
    return [name, [...known.values()]] as const;
  });
  return new Map(values);
}

/** In the order of the file, the last axis fastest. */
function product(axes: StageDraft['axes']): Row[] {
  return axes.reduce<Row[]>(
    (rows, { name, entries }) => rows.flatMap((row) => entries.map((entry) => new Map(row).set(name, entry))),
    [NOTHING],
  );
}

function isExcluded(axes: Row, exclude: readonly Combination[]): boolean {
  return exclude.some(({ row }) => [...row].every(([name, { text }]) => axes.get(name)?.text === text));
}

/** Each combination once. */
function sorted(rows: readonly Row[], declared: ReadonlyMap<string, readonly AxisEntry[]>): Row[] {
  const ranks = [...declared].map(([name, entries]) => ({
    name,
    of: new Map(entries.map(({ text }, i) => [text, i])),
  }));
  const ranked = new Map<string, { readonly rank: readonly number[]; readonly row: Row }>();
  for (const row of rows) {
    const rank = ranks.map(({ name, of }) => of.get(row.get(name)?.text ?? '') ?? -1);
    const key = rank.join(',');
    if (!ranked.has(key)) ranked.set(key, { rank, row });
  }
  return [...ranked.values()].sort((a, b) => compare(a.rank, b.rank)).map(({ row }) => row);
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((rank, i) => rank - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function readList(node: ConfigNode | undefined, { faulty, resolver }: StagesContext): Combination[] | undefined {
  if (node === undefined) return [];
  if (faulty.has(node)) return undefined;
  const items = itemsOf(node).map((item) => (faulty.has(item) ? undefined : resolver.resolve(item, NOTHING)));
  const objects = items.flatMap((item) => (item?.kind === 'object' ? [item] : []));
  if (objects.length < items.length) return undefined;
  return objects.flatMap((node) => rowsOf(node).map((row) => ({ node, row })));
}

/** A list of values stands for one combination with each of them. */
function rowsOf({ members }: ObjectNode): Row[] {
  return [...members].reduce<Row[]>(
    (rows, [name, { value }]) => {
      const entries = (value.kind === 'list' ? value.items : [value]).flatMap(entryOf);
      return entries.length === 0 ? rows : rows.flatMap((row) => entries.map((entry) => new Map(row).set(name, entry)));
    },
    [NOTHING],
  );
}

function entryOf(node: ConfigNode): AxisEntry[] {
  if (node.kind !== 'scalar' || node.value === null) return [];
  return [{ value: node.value, text: String(node.value), origin: node.origin }];
}

/** Checks that all of these are axes of the stage with values of some instance. */
function checkValues(
  combinations: readonly Combination[],
  declared: ReadonlyMap<string, readonly AxisEntry[]>,
  context: StagesContext,
): boolean {
  let good = true;
  for (const [name, entry] of combinations.flatMap(({ row }) => [...row])) {
    const values = declared.get(name)?.map(({ text }) => text);
    if (values?.includes(entry.text) === true) continue;
    good = false;
    if (values === undefined) reportUnknownAxis(name, entry, [...declared.keys()], context);
    else
      context.report.error('unknown-value', entry.origin, `axis "${name}" has no value ${JSON.stringify(entry.text)}`, {
        suggestion: suggest(entry.text, values),
        remedy: `Its values are ${list(values)}.`,
      });
  }
  return good;
}

function reportUnknownAxis(
  name: string,
  { origin }: AxisEntry,
  axes: readonly string[],
  { report }: StagesContext,
): void {
  report.error('unknown-axis', origin, `the stage has no axis "${name}"`, {
    suggestion: suggest(name, axes),
    remedy: axes.length > 0 ? `Its axes are ${list(axes)}.` : 'It has no axes.',
  });
}

/** An added combination: every axis has a value, and a named record is one that exists. */
function complete({ row, node }: Combination, { axes }: StageDraft, context: StagesContext): Row | undefined {
  const { report } = context;
  const names = axes.map(({ name }) => name);
  const missing = names.filter((name) => !row.has(name));
  if (missing.length > 0) {
    report.error('incomplete-combination', node.origin, `this combination gives no value for ${list(missing)}`, {
      remedy: 'An entry of "include" gives every axis of the matrix.',
    });
    return undefined;
  }
  const unknown = [...row].filter(([name]) => !names.includes(name));
  for (const [name, entry] of unknown) reportUnknownAxis(name, entry, names, context);
  const good = axes.flatMap(({ name, entries }) => {
    const given = row.get(name);
    const entry = given && addedEntry(name, given, entries, report);
    return entry === undefined ? [] : [[name, entry] as const];
  });
  return unknown.length === 0 && good.length === axes.length ? new Map(good) : undefined;
}

/** The declared entry of that value, or a new one; undefined, after a report, if it cannot be one. */
function addedEntry(
  axis: string,
  entry: AxisEntry,
  declared: readonly AxisEntry[],
  report: StagesContext['report'],
): AxisEntry | undefined {
  const known = declared.find(({ text }) => text === entry.text);
  if (known !== undefined) return known;
  if (declared.some(({ fields }) => fields !== undefined)) {
    const names = declared.map(({ text }) => text);
    report.error('unknown-value', entry.origin, `axis "${axis}" has no record "${entry.text}"`, {
      suggestion: suggest(entry.text, names),
      remedy: `It has ${list(names)}.`,
    });
    return undefined;
  }
  if (isAxisText(entry.text)) return entry;
  report.error('axis-value', entry.origin, `${JSON.stringify(entry.text)} cannot be a value of axis "${axis}"`, {
    remedy: 'Values are part of ids: they must not be empty or "*" and must not contain ",", "=", ":" or white space.',
  });
  return undefined;
}
