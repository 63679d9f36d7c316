/** Which instances of a producer belong to one combination of a consumer. */
import type { Row } from './axis.ts';
import type { ExpandedRow, ExpandedStage } from './expanded.ts';
import type { StageInput } from './stage-input.ts';

export interface Match {
  /** The axes that the consumer inherits through this input, those that it shares included. */
  readonly inherited: Row;
  /** One instance, or all that are gathered, in the producer's order. */
  readonly members: readonly ExpandedRow[];
}

interface Group extends Match {
  readonly members: ExpandedRow[];
}

interface Lookup {
  readonly index: Index;
  /** The axes that the combination and the producer have in common, in the order of the key. */
  readonly shared: readonly string[];
}

/** Producers by the values of the axes that a consumer shares; made once for each way of asking. */
type Index = ReadonlyMap<string, readonly Match[]>;

export class Matcher {
  readonly #shapes = new WeakMap<ExpandedStage, readonly Shape[]>();

  /** In the producer's order. Axes of the producer that are neither fixed nor gathered must agree with the combination. */
  matches(producer: ExpandedStage, input: StageInput, row: Row): readonly Match[] {
    let shapes = this.#shapes.get(producer);
    if (shapes === undefined) this.#shapes.set(producer, (shapes = shapesOf(producer)));
    const matches = shapes.flatMap((shape) => shape.matches(input, row));
    return shapes.length === 1 ? matches : united(matches, producer);
  }
}

/** What is gathered may differ in its axes: members that leave the same axes over belong together. */
function united(matches: readonly Match[], { rows }: ExpandedStage): readonly Match[] {
  const groups = new Map<string, Match>();
  for (const { inherited, members } of matches) {
    const key = [...inherited]
      .map(([name, { text }]) => `${name}=${text}`)
      .sort()
      .join(',');
    const group = groups.get(key);
    groups.set(
      key,
      group === undefined ? { inherited, members } : { inherited, members: [...group.members, ...members] },
    );
  }
  const order = new Map(rows.map((row, i) => [row, i]));
  return [...groups.values()].map(({ inherited, members }) => ({
    inherited,
    members: [...members].sort((a, b) => order.get(a)! - order.get(b)!),
  }));
}

/** Instances of one stage that have the same axes: all of them, unless only some inherit through a conditional input. */
class Shape {
  readonly #axes: readonly string[];
  readonly #rows: readonly ExpandedRow[];
  readonly #indexes = new Map<string, Index>();
  /** How to look up an input for combinations that have certain axes. */
  readonly #lookups = new WeakMap<StageInput, Map<string, Lookup>>();

  constructor(axes: readonly string[], rows: readonly ExpandedRow[]) {
    this.#axes = axes;
    this.#rows = rows;
  }

  matches(input: StageInput, row: Row): readonly Match[] {
    const { index, shared } = this.#lookup(input, row);
    return (
      index.get(keyOf([...input.where.map(({ text }) => text), ...shared.map((name) => row.get(name)!.text)])) ?? []
    );
  }

  #lookup(input: StageInput, row: Row): Lookup {
    let lookups = this.#lookups.get(input);
    if (lookups === undefined) this.#lookups.set(input, (lookups = new Map<string, Lookup>()));
    const axes = keyOf([...row.keys()]);
    let lookup = lookups.get(axes);
    if (lookup === undefined) lookups.set(axes, (lookup = this.#makeLookup(input, row)));
    return lookup;
  }

  #makeLookup({ where, gather }: StageInput, row: Row): Lookup {
    const fixed = where.map(({ name }) => name);
    if (!fixed.every((name) => this.#axes.includes(name))) return { index: new Map(), shared: [] };
    const gathered = gather === 'none' ? [] : gather === 'all' ? this.#axes : gather.map(({ name }) => name);
    const inherited = this.#axes.filter((name) => !fixed.includes(name) && !gathered.includes(name));
    const shared = inherited.filter((name) => row.has(name));
    const signature = [fixed, inherited, shared].map((names) => names.join(',')).join(';');
    let index = this.#indexes.get(signature);
    if (index === undefined) this.#indexes.set(signature, (index = indexRows(this.#rows, fixed, inherited, shared)));
    return { index, shared };
  }
}

function shapesOf({ rows }: ExpandedStage): Shape[] {
  const byAxes = new Map<string, ExpandedRow[]>();
  for (const row of rows) {
    const signature = [...row.axes.keys()].join(',');
    const same = byAxes.get(signature);
    if (same === undefined) byAxes.set(signature, [row]);
    else same.push(row);
  }
  return [...byAxes.values()].map((same) => new Shape([...same[0]!.axes.keys()], same));
}

function indexRows(
  rows: readonly ExpandedRow[],
  fixed: readonly string[],
  inherited: readonly string[],
  shared: readonly string[],
): Index {
  const index = new Map<string, Map<string, Group>>();
  for (const row of rows) {
    const texts = (names: readonly string[]) => names.map((name) => row.axes.get(name)!.text);
    const key = keyOf([...texts(fixed), ...texts(shared)]);
    const group = keyOf(texts(inherited));
    const groups = index.get(key) ?? new Map<string, Group>();
    index.set(key, groups);
    const match = groups.get(group);
    if (match === undefined)
      groups.set(group, { inherited: new Map(inherited.map((name) => [name, row.axes.get(name)!])), members: [row] });
    else match.members.push(row);
  }
  return new Map([...index].map(([key, groups]) => [key, [...groups.values()]]));
}

/** Neither names of axes nor texts of values ever hold a comma. */
function keyOf(texts: readonly string[]): string {
  return texts.join(',');
}
