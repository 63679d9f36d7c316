/**
 * The instances of a producer that an input reads in one combination. Every axis of the producer is bound explicitly.
 */
import type { Row } from './axis.ts';
import type { ExpandedRow, ExpandedStage } from './expanded.ts';
import type { StageInput } from './stage-input.ts';

/** The producer's instances by the values of the axes that are bound to one value. */
type Index = ReadonlyMap<string, readonly ExpandedRow[]>;

/** Axes of the producer that are not fixed, not gathered and not axes of the reader. */
export function unboundAxes(
  { where, gather }: StageInput,
  { axes }: Pick<ExpandedStage, 'axes'>,
  reader: Pick<Row, 'has'>,
): string[] {
  if (gather === 'all') return [];
  const bound = new Set([...where, ...(gather === 'none' ? [] : gather)].map(({ name }) => name));
  return axes.filter((axis) => !bound.has(axis) && !reader.has(axis));
}

export class Binder {
  readonly #indexes = new WeakMap<ExpandedStage, Map<string, Index>>();

  /** In the producer's order; at most one without gathering. All axes must be bound. */
  members(input: StageInput, producer: ExpandedStage, row: Row): readonly ExpandedRow[] {
    const values = boundValues(input, producer, row);
    const index = this.#index(producer, [...values.keys()]);
    return index.get(keyOf([...values.values()])) ?? [];
  }

  #index(producer: ExpandedStage, axes: readonly string[]): Index {
    let indexes = this.#indexes.get(producer);
    if (indexes === undefined) this.#indexes.set(producer, (indexes = new Map<string, Index>()));
    const signature = keyOf(axes);
    let index = indexes.get(signature);
    if (index === undefined) indexes.set(signature, (index = indexRows(producer.rows, axes)));
    return index;
  }
}

/** The text of the one value that each axis is bound to, in the producer's order; gathered axes are left out. */
export function boundValues(
  { where, gather }: StageInput,
  { axes }: Pick<ExpandedStage, 'axes'>,
  row: Row,
): ReadonlyMap<string, string> {
  const gathered = new Set(typeof gather === 'string' ? [] : gather.map(({ name }) => name));
  const bound = axes.flatMap((axis) => {
    const fixed = where.find(({ name }) => name === axis)?.text;
    const text = fixed ?? (gathered.has(axis) ? undefined : row.get(axis)?.text);
    return text === undefined ? [] : [[axis, text] as const];
  });
  return new Map(bound);
}

function indexRows(rows: readonly ExpandedRow[], axes: readonly string[]): Index {
  const index = new Map<string, ExpandedRow[]>();
  for (const row of rows) {
    const key = keyOf(axes.map((axis) => row.axes.get(axis)?.text ?? ''));
    const same = index.get(key);
    if (same === undefined) index.set(key, [row]);
    else same.push(row);
  }
  return index;
}

/** Names of axes and texts of values never contain a comma. */
function keyOf(texts: readonly string[]): string {
  return texts.join(',');
}
