/** Parts that no stage uses are checked as well, as far as possible without a stage. They never run. */
import type { StagesContext } from './stages-context.ts';
import { STAGE } from './axis.ts';
import type { LoadContext } from './load-context.ts';
import type { WrittenStage } from './notation/expand.ts';
import { COMBINATIONS, readAxes } from './read-axes.ts';
import { checkTarget, readStageInput } from './stage-input.ts';
import { child, membersOf, type Member, type ObjectNode } from './tree.ts';

/** A template that no stage extends. */
export function checkTemplate({ name, key, node }: WrittenStage, context: StagesContext): void {
  readAxes({ name, origin: key, node }, context);
  // A stage that extends the template may have further axes, so nothing is said about `${axis}`.
  context.resolver.checkPlaceholders(node, undefined);
  for (const [, { value }] of membersOf(child(node, 'inputs'))) {
    const input = readStageInput(value);
    if (input === undefined || context.faulty.has(value) || `${input.stage}${input.output}`.includes('${')) continue;
    checkTarget(input, value, context);
  }
}

/** A shared axis, used or not. One with a fault counts as refused, so that no stage reports the fault again. */
export function checkSharedAxis(name: string, axis: Member, common: LoadContext): void {
  if (COMBINATIONS.includes(name)) {
    common.report.error('invalid-name', axis.key, `an axis cannot be called "${name}"`, {
      remedy: `${COMBINATIONS.join(' and ')} have a meaning of their own in a matrix.`,
    });
    return;
  }
  const object = (key: string, member: Member): ObjectNode => ({
    kind: 'object',
    origin: axis.key,
    members: new Map([[key, member]]),
  });
  const matrix = object('matrix', { key: axis.key, value: object(name, axis) });
  if (!readAxes({ name: STAGE, origin: axis.key, node: matrix }, common).sound) common.faulty.add(axis.value);
  common.resolver.checkPlaceholders(axis.value, undefined);
}
