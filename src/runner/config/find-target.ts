/** Which stage's output an input refers to in one combination, and whether `where` and `gather` fit that stage. */
import { suggest } from '../../util/suggest.ts';
import { checkStagePart } from './check-shape.ts';
import type { Context } from './context.ts';
import type { ExpandedStage } from './expanded.ts';
import type { PendingInput, Target } from './join.ts';
import { list } from './list.ts';
import type { Origin } from './source.ts';
import { checkTarget, readStageInput, type Fixed, type Named, type StageInput } from './stage-input.ts';
import type { ConfigNode } from './tree.ts';

/**
 * @param resolved the input, its references substituted
 * @param producerOf expands the stage; undefined when that closes a cycle, which is then reported
 */
export function findTarget(
  { name, node }: PendingInput,
  resolved: ConfigNode,
  producerOf: (stage: string, origin: Origin) => ExpandedStage | undefined,
  context: Context,
): Target | 'no-stage' | 'fault' {
  if (resolved !== node && !checkStagePart(resolved, { field: 'inputs', name }, context.report)) return 'fault';
  const input = readStageInput(resolved);
  if (input === undefined) return 'no-stage';
  if (!checkTarget(input, resolved, context)) return 'fault';
  const producer = producerOf(input.stage, input.origin);
  if (producer?.complete !== true) return 'fault';
  const fits = [
    ...input.where.map((fixed) => checkFixed(fixed, producer, context)),
    ...gathered(input).map((named) => checkAxis(named, producer, 'gather', context)),
  ];
  return fits.every(Boolean) ? { input, producer } : 'fault';
}

function gathered({ gather }: StageInput): readonly Named[] {
  return typeof gather === 'string' ? [] : gather;
}

function checkFixed(fixed: Fixed, producer: ExpandedStage, context: Context): boolean {
  if (!checkAxis(fixed, producer, 'where', context)) return false;
  const values = producer.domains.get(fixed.name)!.map(({ text }) => text);
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
  { report }: Context,
): boolean {
  if (producer.axes.includes(name)) return true;
  report.error(
    'unknown-axis',
    origin,
    `stage "${producer.draft.name}" has no axis "${name}" that "${key}" could ${key === 'where' ? 'fix' : 'collect along'}`,
    {
      suggestion: suggest(name, producer.axes),
      remedy: producer.axes.length > 0 ? `Its axes are ${list(producer.axes)}.` : 'It has no axes: it runs once.',
      related: related(producer, name),
    },
  );
  return false;
}

/** Where the axis is declared, if the producer does it itself, else where the producer is. */
function related({ draft }: ExpandedStage, axis: string): { readonly message: string; readonly at: Origin }[] {
  const own = draft.axes.find(({ name }) => name === axis);
  return [
    own === undefined
      ? { message: `"${draft.name}" is declared here`, at: draft.origin }
      : { message: `axis "${axis}" is declared here`, at: own.origin },
  ];
}
