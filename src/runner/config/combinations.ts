/** The product of a stage's own axes, with what `include` adds and what `exclude` drops. */
import { suggest } from '../../util/suggest.ts';
import type { AxisEntry, Row } from './axis.ts';
import type { Context } from './context.ts';
import { list } from './list.ts';
import { isAxisText } from './read-axes.ts';
import type { StageDraft } from './stage-draft.ts';
import { child, itemsOf, type ConfigNode } from './tree.ts';

export interface Combinations {
  /** Each with all own axes, and inherited ones that it narrows. */
  readonly include: readonly Combination[];
  readonly exclude: readonly Combination[];
}

export interface Combination {
  readonly row: Row;
  readonly node: ConfigNode;
}

const NOTHING: Row = new Map();

/** Undefined when there is a fault in them. */
export function readCombinations(draft: StageDraft, context: Context): Combinations | undefined {
  const matrix = child(draft.node, 'matrix');
  const include = readList(child(matrix, 'include'), context);
  const exclude = readList(child(matrix, 'exclude'), context);
  if (include === undefined || exclude === undefined) return undefined;
  const added = include.map((combination) => complete(combination, draft, context));
  return added.every((combination) => combination !== undefined) ? { include: added, exclude } : undefined;
}

/** In the order of the file, the last axis fastest; then what is added. */
export function* combinationsOf(
  { axes }: StageDraft,
  { include }: Combinations,
): Generator<{ readonly row: Row; readonly added: boolean }> {
  const total = axes.reduce((product, { entries }) => product * entries.length, 1);
  for (let index = 0; index < total; index++) {
    const row = new Map<string, AxisEntry>();
    let period = total;
    for (const { name, entries } of axes) {
      period /= entries.length;
      row.set(name, entries[Math.floor(index / period) % entries.length]!);
    }
    yield { row, added: false };
  }
  for (const { row } of include) yield { row, added: true };
}

export function isExcluded(axes: Row, exclude: readonly Combination[]): boolean {
  return exclude.some(({ row }) => [...row].every(([name, { text }]) => axes.get(name)?.text === text));
}

function readList(node: ConfigNode | undefined, { faulty, resolver }: Context): Combination[] | undefined {
  if (node === undefined) return [];
  const items = itemsOf(node).map((item) => (faulty.has(item) ? undefined : resolver.resolve(item, NOTHING)));
  if (faulty.has(node) || items.some((item) => item?.kind !== 'object')) return undefined;
  return items.map((item) => ({ node: item!, row: rowOf(item!) }));
}

function rowOf(node: ConfigNode): Row {
  if (node.kind !== 'object') return NOTHING;
  return new Map(
    [...node.members].flatMap(([name, { value }]) => {
      if (value.kind !== 'scalar' || value.value === null) return [];
      return [[name, { value: value.value, text: String(value.value), origin: value.origin }] as const];
    }),
  );
}

/** Whether all the axes are ones that the stage has, and all values of `exclude` ones that some instance would have. */
export function checkCombinations(
  { include, exclude }: Combinations,
  values: ReadonlyMap<string, ReadonlySet<string>>,
  { report }: Context,
): void {
  const axes = [...values.keys()];
  for (const { row } of [...include, ...exclude]) {
    for (const [name, { text, origin }] of row) {
      const known = values.get(name);
      if (known === undefined) {
        report.error('unknown-axis', origin, `the stage has no axis "${name}"`, {
          suggestion: suggest(name, axes),
          remedy: axes.length > 0 ? `Its axes are ${list(axes)}.` : 'It has no axes.',
        });
      } else if (!known.has(text)) {
        report.error('unknown-value', origin, `axis "${name}" has no value ${JSON.stringify(text)}`, {
          suggestion: suggest(text, known),
          remedy: `Its values are ${list([...known])}.`,
        });
      }
    }
  }
}

/** An added combination: every own axis has a value, and a named record is one that exists. */
function complete({ row, node }: Combination, { axes }: StageDraft, { report }: Context): Combination | undefined {
  const missing = axes.filter(({ name }) => !row.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    report.error('incomplete-combination', node.origin, `this combination gives no value for ${list(missing)}`, {
      remedy: 'An entry of "include" gives every axis of the matrix.',
    });
    return undefined;
  }
  const filled = new Map<string, AxisEntry>();
  for (const [name, entry] of row) {
    const declared = axes.find((axis) => axis.name === name)?.entries ?? [];
    const known = declared.find(({ text }) => text === entry.text);
    if (known === undefined && declared.some(({ fields }) => fields !== undefined)) {
      const names = declared.map(({ text }) => text);
      report.error('unknown-value', entry.origin, `axis "${name}" has no record "${entry.text}"`, {
        suggestion: suggest(entry.text, names),
        remedy: `It has ${list(names)}.`,
      });
      return undefined;
    }
    if (!isAxisText(entry.text)) {
      report.error('axis-value', entry.origin, `${JSON.stringify(entry.text)} cannot be a value of axis "${name}"`, {
        remedy: 'Values stand in ids: they may not be empty nor hold ",", "=", ":" or white space.',
      });
      return undefined;
    }
    filled.set(name, known ?? entry);
  }
  // Own axes in the order of the matrix, then inherited ones that the entry narrows.
  const own = axes.map(({ name }) => name);
  return {
    node,
    row: new Map(
      [...own, ...[...filled.keys()].filter((name) => !own.includes(name))].map((name) => [name, filled.get(name)!]),
    ),
  };
}
