/** From one combination of a stage's own axes to its instances: joined with those of every stage that it reads. */
import type { AxisEntry, Row } from './axis.ts';
import type { Binding, ExpandedStage } from './expanded.ts';
import type { Match } from './match.ts';
import type { StageInput } from './stage-input.ts';
import type { ConfigNode } from './tree.ts';

export interface PendingInput {
  readonly name: string;
  readonly node: ConfigNode;
}

export interface JoinedRow {
  readonly axes: Row;
  readonly bindings: ReadonlyMap<string, Binding>;
}

/** A producer's output that an input refers to, found and checked. */
export interface Target {
  readonly input: StageInput;
  readonly producer: ExpandedStage;
}

export interface JoinSteps {
  /** An axis that the input needs before it can be looked at. */
  missingAxis(node: ConfigNode, row: Row): string | undefined;
  /** What the input refers to in this combination: a stage's output, something else, or a fault that was reported. */
  target(input: PendingInput, row: Row): Target | 'no-stage' | 'fault';
  matches(target: Target, row: Row): readonly Match[];
  /** Nothing matches in this combination. */
  unmatched(input: PendingInput, target: Target, row: Row): void;
}

/**
 * An input may depend on an axis that comes in through another input, so inputs are taken as soon as their axes are known,
 * otherwise in the order of the file. 'fault' when one of them is wrong.
 */
export function join(own: Row, inputs: readonly PendingInput[], steps: JoinSteps): readonly JoinedRow[] | 'fault' {
  const joined: JoinedRow[] = [];
  const faults = { count: 0 };
  extend(own, inputs, new Map());
  return faults.count > 0 ? 'fault' : joined;

  function extend(row: Row, pending: readonly PendingInput[], bindings: ReadonlyMap<string, Binding>): void {
    if (pending.length === 0) {
      joined.push({ axes: row, bindings });
      return;
    }
    const ready = pending.find(({ node }) => steps.missingAxis(node, row) === undefined);
    // What is lacking may be an axis that a faulty input would have brought.
    if (ready === undefined && faults.count > 0) return;
    // Where none is ready the first is taken nevertheless: looking at it reports the axis that it lacks.
    const next = ready ?? pending[0]!;
    const others = pending.filter((input) => input !== next);
    const target = steps.target(next, row);
    if (typeof target === 'string') {
      if (target === 'fault') faults.count++;
      extend(row, others, bindings);
      return;
    }
    const matches = steps.matches(target, row);
    if (matches.length === 0) steps.unmatched(next, target, row);
    const { output, gather } = target.input;
    for (const { inherited, members } of matches) {
      extend(
        union(row, inherited),
        others,
        new Map(bindings).set(next.name, { output, gathered: gather !== 'none', members }),
      );
    }
  }
}

/** The combination's own entries win: their records are the ones that the stage declares. */
function union(row: Row, inherited: Row): Row {
  const added = [...inherited].filter(([name]) => !row.has(name));
  return added.length === 0 ? row : new Map<string, AxisEntry>([...row, ...added]);
}
