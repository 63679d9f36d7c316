/** A stage as it is written, taken apart but with its references still in it. */
import { suggest } from '../../util/suggest.ts';
import type { Axis } from './axis.ts';
import type { Common } from './common.ts';
import { readAxes } from './read-axes.ts';
import type { Origin } from './source.ts';
import { child, membersOf, textOf, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from './tree.ts';

export interface StageDraft {
  readonly name: string;
  /** The key that it stands under. */
  readonly origin: Origin;
  readonly node: ObjectNode;
  readonly description?: string;
  readonly body?: BodyDraft;
  readonly axes: readonly Axis[];
  readonly inputs: readonly (readonly [string, Member])[];
  readonly outputs: ReadonlyMap<string, Member>;
  /** False when a fault, reported already, makes it unknown which instances there are. */
  readonly sound: boolean;
}

export interface BodyDraft {
  readonly kind: 'module' | 'command';
  readonly node: ScalarNode;
}

/** What the schema refused is left out. */
export function draftStage(name: string, { key, value }: Member, context: Common): StageDraft | undefined {
  if (value.kind !== 'object' || context.faulty.has(value)) return undefined;
  const usable = (node: ConfigNode | undefined) => node !== undefined && !context.faulty.has(node);
  const inputs = membersOf(child(value, 'inputs'));
  const description = textOf(child(value, 'description'));
  const body = draftBody(name, key, value, context);
  const { axes, sound } = readAxes(value, context);
  return {
    name,
    origin: key,
    node: value,
    ...(description === undefined ? {} : { description }),
    ...(body === undefined ? {} : { body }),
    axes,
    inputs: inputs.filter(([, member]) => usable(member.value)),
    outputs: new Map(membersOf(child(value, 'outputs'))),
    sound: sound && inputs.every(([, member]) => usable(member.value)),
  };
}

function draftBody(name: string, key: Origin, stage: ObjectNode, { report, faulty }: Common): BodyDraft | undefined {
  const module = stage.members.get('module');
  const command = stage.members.get('command');
  if (module === undefined && command === undefined) {
    // A misspelt "comand" is reported as an unknown key, with what was meant.
    if ([...stage.members.keys()].some((other) => suggest(other, ['module', 'command']) !== undefined))
      return undefined;
    report.error('no-body', key, `stage "${name}" does nothing`, {
      remedy: 'Give it a "module" (a TypeScript file) or a "command" (for the shell).',
    });
    return undefined;
  }
  if (module !== undefined && command !== undefined) {
    report.error('two-bodies', command.key, `stage "${name}" has both a module and a command`, {
      remedy: 'Keep one of the two, or make two stages of it.',
      related: [{ message: 'the module is named here', at: module.key }],
    });
    return undefined;
  }
  const kind = module !== undefined ? 'module' : 'command';
  const node = (module ?? command)!.value;
  return node.kind === 'scalar' && !faulty.has(node) ? { kind, node } : undefined;
}
