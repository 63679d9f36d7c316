/** `publish` of a stage: outputs without a place of their own are published there, each under its file name. */
import { child, textOf, type ConfigNode, type Member } from '../tree.ts';
import type { NotationContext } from './context.ts';
import { asOutputObject } from './merge.ts';

/** The outputs, each with its place. */
export function expandPublish(
  outputs: ConfigNode,
  publish: ConfigNode,
  { faulty, report }: NotationContext,
): ConfigNode {
  const folder = textOf(publish);
  if (outputs.kind !== 'object' || folder === undefined || faulty.has(publish)) return outputs;
  if (!folder.endsWith('/')) {
    report.error('publish-path', publish.origin, `expected a folder that ends in "/", got ${JSON.stringify(folder)}`, {
      suggestion: `${folder}/`,
      remedy:
        'Each output is published there under its file name. Write the place of a single output in the output itself.',
    });
    return outputs;
  }
  const members = [...outputs.members].map(
    ([name, member]) =>
      [name, faulty.has(member.value) ? member : { ...member, value: published(member, folder, publish) }] as const,
  );
  return { ...outputs, members: new Map(members) };
}

function published({ value }: Member, folder: string, { origin }: ConfigNode): ConfigNode {
  const output = asOutputObject(value);
  const file = textOf(child(output, 'file'));
  if (output.kind !== 'object' || file === undefined || output.members.has('publish')) return value;
  const place: ConfigNode = { kind: 'scalar', origin, value: `${folder}${file}` };
  return { ...output, members: new Map(output.members).set('publish', { key: origin, value: place }) };
}
