/** An input that another stage produces, read from `{ stage, output, where, gather }`. */
import { suggest } from '../../util/suggest.ts';
import type { StagesContext } from './stages-context.ts';
import { list } from './list.ts';
import type { Origin } from './source.ts';
import { child, isTrue, itemsOf, membersOf, textOf, type ConfigNode } from './tree.ts';

export interface StageInput {
  readonly stage: string;
  readonly output: string;
  readonly origin: Origin;
  readonly where: readonly Fixed[];
  readonly gather: 'none' | 'all' | readonly Named[];
}

export interface Named {
  readonly name: string;
  readonly origin: Origin;
}

/** An axis of the producer and the text of the value that it is fixed to. */
export interface Fixed extends Named {
  readonly text: string;
  readonly value: Origin;
}

/** Undefined for any other kind of input. */
export function readStageInput(node: ConfigNode): StageInput | undefined {
  const stage = textOf(child(node, 'stage'));
  const output = textOf(child(node, 'output'));
  if (stage === undefined || output === undefined) return undefined;
  const gather = child(node, 'gather');
  const where = membersOf(child(node, 'where')).map(([name, { key, value }]) => ({
    name,
    origin: key,
    text: value.kind === 'scalar' ? String(value.value) : '',
    value: value.origin,
  }));
  const named = itemsOf(gather).map((item) => ({ name: textOf(item) ?? '', origin: item.origin }));
  return {
    stage,
    output,
    origin: node.origin,
    where,
    gather: isTrue(gather) ? 'all' : named.length > 0 ? named : 'none',
  };
}

/** Checks that the stage and its output exist. Reports a fault, unless their declaration is itself faulty. */
export function checkTarget(
  { stage, output }: StageInput,
  node: ConfigNode,
  { stages, refused, faulty, report }: StagesContext,
): boolean {
  if (refused.has(stage)) return false;
  const draft = stages.get(stage);
  if (draft === undefined) {
    report.error('unknown-stage', child(node, 'stage')?.origin ?? node.origin, `there is no stage "${stage}"`, {
      suggestion: suggest(stage, stages.keys()),
      remedy: stages.size > 0 ? `There are ${list([...stages.keys()])}.` : undefined,
    });
    return false;
  }
  if (draft.outputs.has(output)) return true;
  const declared = child(draft.node, 'outputs');
  if (declared !== undefined && faulty.has(declared)) return false;
  const names = [...draft.outputs.keys()];
  report.error(
    'unknown-output',
    child(node, 'output')?.origin ?? node.origin,
    `stage "${stage}" has no output "${output}"`,
    {
      suggestion: suggest(output, names),
      remedy: names.length > 0 ? `Its outputs are ${list(names)}.` : 'It has no outputs.',
      related: [{ message: `"${stage}" is declared here`, at: draft.origin }],
    },
  );
  return false;
}
