/** A stage as it is written, taken apart but with its references still in it. */
import { suggest } from '../../util/suggest.ts';
import type { Axis } from './axis.ts';
import type { LoadContext } from './load-context.ts';
import { foreignKey } from './foreign-keys.ts';
import { readAxes } from './read-axes.ts';
import type { Origin } from './source.ts';
import type { WrittenStage } from './notation/expand.ts';
import { child, membersOf, textOf, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from './tree.ts';

export interface StageDraft {
  readonly name: string;
  /** The key of the stage. */
  readonly origin: Origin;
  readonly node: ObjectNode;
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
  /** The shell of a command, if the stage names one. */
  readonly shell?: string;
}

/** Refused parts are left out. */
export function draftStage({ name, key, node }: WrittenStage, context: LoadContext): StageDraft {
  const usable = (part: ConfigNode | undefined) => part === undefined || !context.faulty.has(part);
  const inputs = membersOf(child(node, 'inputs'));
  const body = draftBody(name, key, node, context);
  const { axes, sound } = readAxes({ name, origin: key, node }, context);
  return {
    name,
    origin: key,
    node,
    ...(body === undefined ? {} : { body }),
    axes,
    inputs: inputs.filter(([, { value }]) => usable(value)),
    outputs: new Map(membersOf(child(node, 'outputs'))),
    sound: sound && usable(child(node, 'inputs')) && inputs.every(([, { value }]) => usable(value)),
  };
}

function draftBody(
  name: string,
  key: Origin,
  stage: ObjectNode,
  { report, faulty }: LoadContext,
): BodyDraft | undefined {
  const module = stage.members.get('module');
  const command = stage.members.get('command');
  if (module === undefined && command === undefined) {
    // A misspelt "comand" is reported as an unknown key, with the probable one.
    if ([...stage.members.keys()].some(isMisspeltBody)) return undefined;
    report.error('no-body', key, `stage "${name}" does nothing`, {
      remedy: stage.members.has('shell')
        ? 'The command itself goes under "command". "shell" names the program that runs it.'
        : 'Give it a "module" (a TypeScript file) or a "command" (for the shell).',
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
  const shell = stage.members.get('shell');
  if (shell !== undefined && command === undefined)
    report.error('unknown-key', shell.key, '"shell" has no place here', { remedy: 'It goes with "command".' });
  const node = (module ?? command)?.value;
  if (node?.kind !== 'scalar' || faulty.has(node)) return undefined;
  if (module !== undefined) return { kind: 'module', node };
  const named = shell === undefined || faulty.has(shell.value) ? undefined : textOf(shell.value);
  return { kind: 'command', node, ...(named !== undefined && { shell: named }) };
}

function isMisspeltBody(key: string): boolean {
  const foreign = foreignKey('a stage', key)?.suggestion;
  return suggest(key, ['module', 'command']) !== undefined || foreign === 'module' || foreign === 'command';
}
