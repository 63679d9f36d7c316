/** An input of one instance. */
import type { Axes, InstanceId } from '../../formats/identity.ts';
import type { Input } from '../pipeline.ts';
import type { StagesContext } from './stages-context.ts';
import type { Binding } from './expanded.ts';
import { inputPath } from './paths.ts';
import { patternOf } from './pattern.ts';
import { child, isTrue, textOf, type ConfigNode } from './tree.ts';

/** A path of the project, a glob or null, after substitution. Undefined when it is wrong, which is reported. */
export function pathInput(node: ConfigNode, { root, report }: StagesContext): Input | undefined {
  if (node.kind === 'scalar' && node.value === null) return { kind: 'none' };
  const literal = textOf(child(node, 'path'));
  const text = literal ?? textOf(node);
  if (text === undefined || text.trim() === '') {
    report.error('wrong-value', node.origin, 'expected a path, got nothing', {
      remedy: 'Write null for no input.',
    });
    return undefined;
  }
  const pattern = literal === undefined ? patternOf(root, text) : undefined;
  if (pattern !== undefined) return { kind: 'glob', pattern };
  const source = textOf(child(node, 'source'));
  return {
    kind: 'path',
    path: inputPath(root, text),
    optional: isTrue(child(node, 'optional')),
    ...(isTrue(child(node, 'private')) && { private: true }),
    ...(source === undefined ? {} : { source }),
  };
}

/** An input from other instances. */
export function producedInput({ output, gathered, members }: Binding, axesOf: (id: InstanceId) => Axes): Input {
  if (gathered)
    return { kind: 'gather', members: members.map(({ id }) => ({ producer: id, output, axes: axesOf(id) })) };
  const [only, ...others] = members;
  if (only === undefined || others.length > 0)
    throw new Error(`Internal error: ${members.length} instances for an input that is not gathered.`);
  return { kind: 'output', producer: only.id, output };
}
