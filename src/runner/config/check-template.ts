/** A template that no stage extends: checked once, as far as it can be without a stage, and never run. */
import type { Context } from './context.ts';
import type { WrittenStage } from './notation/expand.ts';
import { readAxes } from './read-axes.ts';
import { checkTarget, readStageInput } from './stage-input.ts';
import { child, membersOf } from './tree.ts';

export function checkTemplate({ name, key, node }: WrittenStage, context: Context): void {
  readAxes({ name, origin: key, node }, context);
  // A stage that extends the template may have further axes, so nothing is said about `${axis}`.
  context.resolver.checkPlaceholders(node, undefined);
  for (const [, { value }] of membersOf(child(node, 'inputs'))) {
    const input = readStageInput(value);
    if (input === undefined || context.faulty.has(value) || `${input.stage}${input.output}`.includes('${')) continue;
    checkTarget(input, value, context);
  }
}
