/** Finds the stage output of an input in one combination, and checks `where` and `gather` against that stage. */
import { suggest } from '../../util/suggest.ts';
import { checkStagePart } from './check-shape.ts';
import type { StagesContext } from './stages-context.ts';
import type { ExpandedStage } from './expanded.ts';
import { list } from './list.ts';
import type { Origin } from './source.ts';
import { checkTarget, readStageInput, type Fixed, type Named, type StageInput } from './stage-input.ts';
import type { ConfigNode } from './tree.ts';

export type Target =
  | { readonly kind: 'output'; readonly input: StageInput; readonly producer: ExpandedStage }
  /** A path, a glob or null. */
  | { readonly kind: 'other' }
  /** Reported. */
  | { readonly kind: 'fault' };

/**
 * @param resolved the input, its placeholders substituted
 * @param producerOf expands the stage; undefined, after a report, if that closes a cycle
 */
export function findTarget(
  { name, node }: { readonly name: string; readonly node: ConfigNode },
  resolved: ConfigNode,
  producerOf: (stage: string, origin: Origin) => ExpandedStage | undefined,
  context: StagesContext,
): Target {
  if (resolved !== node && !checkStagePart(resolved, { field: 'inputs', name }, context.report))
    return { kind: 'fault' };
  const input = readStageInput(resolved);
  if (input === undefined) return { kind: 'other' };
  if (!checkTarget(input, resolved, context)) return { kind: 'fault' };
  const producer = producerOf(input.stage, input.origin);
  if (producer?.complete !== true) return { kind: 'fault' };
  const gathered = typeof input.gather === 'string' ? [] : input.gather;
  const fits = [
    ...input.where.map((fixed) => checkFixed(fixed, producer, context)),
    ...gathered.map((named) => checkAxis(named, producer, 'gather', context)),
    ...gathered.map((named) => checkOnce(named, input, context)),
  ];
  return fits.every(Boolean) ? { kind: 'output', input, producer } : { kind: 'fault' };
}

function checkFixed(fixed: Fixed, producer: ExpandedStage, context: StagesContext): boolean {
  if (!checkAxis(fixed, producer, 'where', context)) return false;
  const values = producer.domains.get(fixed.name)?.map(({ text }) => text) ?? [];
  if (values.includes(fixed.text)) return true;
  context.report.error(
    'unknown-value',
    fixed.value,
    `axis "${fixed.name}" of stage "${producer.draft.name}" has no value ${JSON.stringify(fixed.text)}`,
    {
      suggestion: suggest(fixed.text, values),
      remedy: `Its values are ${list(values)}.`,
      related: related(producer, fixed.name),
    },
  );
  return false;
}

function checkAxis(
  { name, origin }: Named,
  producer: ExpandedStage,
  key: 'where' | 'gather',
  { report }: StagesContext,
): boolean {
  if (producer.axes.includes(name)) return true;
  report.error(
    'unknown-axis',
    origin,
    `stage "${producer.draft.name}" has no axis "${name}" to ${key === 'where' ? 'fix' : 'gather along'}`,
    {
      suggestion: suggest(name, producer.axes),
      remedy: producer.axes.length > 0 ? `Its axes are ${list(producer.axes)}.` : 'It has no axes: it runs once.',
      related: related(producer, name),
    },
  );
  return false;
}

function checkOnce({ name, origin }: Named, { where }: StageInput, { report }: StagesContext): boolean {
  const fixed = where.find((other) => other.name === name);
  if (fixed === undefined) return true;
  report.error('wrong-value', origin, `axis "${name}" is fixed to one value and gathered along too`, {
    remedy: 'Remove it from "where" or from "gather".',
    related: [{ message: 'fixed here', at: fixed.origin }],
  });
  return false;
}

/** The declaration of the axis; if the stage has no such axis, that of the stage. */
function related({ draft }: ExpandedStage, axis: string): { readonly message: string; readonly at: Origin }[] {
  const own = draft.axes.find(({ name }) => name === axis);
  return [
    own === undefined
      ? { message: `"${draft.name}" is declared here`, at: draft.origin }
      : { message: `axis "${axis}" is declared here`, at: own.origin },
  ];
}
