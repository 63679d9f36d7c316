/** The short forms of inputs: a list, `"@stage/*"`, `"@stage/{a,b}"`, and references in one text. */
import { suggest } from '../../../util/suggest.ts';
import { list } from '../list.ts';
import { membersOf, textOf, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from '../tree.ts';
import type { NotationContext } from './context.ts';
import { isReferenceText, objectForm, parseReference, type Word, type WrittenReference } from './reference.ts';

/**
 * Inputs by name, references in the object form. Among inputs of the same name, the last one counts, whole. The object
 * is faulty if an input was left out after a reported fault.
 */
export function expandInputs(inputs: ConfigNode, context: NotationContext): ObjectNode {
  const members = new Map<string, Member>();
  let sound = true;
  for (const item of inputs.kind === 'list' ? inputs.items : [inputs]) {
    const expanded = context.faulty.has(item) ? undefined : expandItem(item, context);
    sound &&= expanded?.sound === true;
    for (const [name, member] of expanded?.members ?? []) members.set(name, member);
  }
  const node: ObjectNode = { kind: 'object', origin: inputs.origin, members };
  if (!sound) context.faulty.add(node);
  return node;
}

/** A text in the place of one input, as an object; undefined, after a report, if it is wrong. */
export function singleReference(node: ScalarNode, { report }: Pick<NotationContext, 'report'>): ObjectNode | undefined {
  const reference = parseReference(node, report);
  if (reference === undefined) return undefined;
  const { outputs } = reference;
  const [only, ...others] = outputs.all ? [] : outputs.names;
  if (only !== undefined && others.length === 0) return objectForm(reference, only);
  const at = outputs.all ? outputs.at : (others[0]?.at ?? node.origin);
  report.error('malformed-reference', at, 'one input reads one output, and this names several', {
    remedy: 'Write several outputs under their own names as a list: "inputs": ["@stage/*", { ... }].',
  });
  return undefined;
}

interface Item {
  readonly members: readonly (readonly [string, Member])[];
  readonly sound: boolean;
}

function expandItem(item: ConfigNode, context: NotationContext): Item {
  if (item.kind === 'object') return expandNamed(item, context);
  if (item.kind === 'scalar' && typeof item.value === 'string' && isReferenceText(item.value)) {
    const reference = parseReference(item, context.report);
    return reference === undefined ? NOTHING : expandSeveral(reference, context);
  }
  context.report.error(
    'malformed-reference',
    item.origin,
    `${JSON.stringify(textOf(item))} has no name among the inputs`,
    { remedy: 'A list of inputs holds references such as "@stage/output", and objects: { "name": "path" }.' },
  );
  return NOTHING;
}

const NOTHING: Item = { members: [], sound: false };

function expandNamed(item: ObjectNode, context: NotationContext): Item {
  const members = membersOf(item).flatMap(([name, member]) => {
    const { value } = member;
    if (value.kind !== 'scalar' || !isReferenceText(textOf(value) ?? '')) return [[name, member] as const];
    const expanded = singleReference(value, context);
    return expanded === undefined ? [] : [[name, { key: member.key, value: expanded }] as const];
  });
  return { members, sound: members.length === item.members.size };
}

function expandSeveral(reference: WrittenReference, context: NotationContext): Item {
  const names = reference.outputs.all ? allOutputs(reference, reference.outputs.at, context) : reference.outputs.names;
  if (names === undefined) return NOTHING;
  return {
    members: names.map((name) => [name.text, { key: name.at, value: objectForm(reference, name) }] as const),
    sound: true,
  };
}

/** Every output of the stage; undefined when they are not known, which is reported. */
function allOutputs({ stage }: WrittenReference, at: Word['at'], context: NotationContext): Word[] | undefined {
  const known = context.outputsOf(stage.text);
  if (known.kind === 'known' && known.names.length > 0) return known.names.map((text) => ({ text, at }));
  if (known.kind === 'known') context.report.error('unknown-output', at, `stage "${stage.text}" has no outputs`);
  if (known.kind === 'unknown-stage') reportUnknownStage(stage, context);
  return undefined;
}

function reportUnknownStage({ text, at }: Word, { report, stageNames }: NotationContext): void {
  report.error('unknown-stage', at, `there is no stage "${text}"`, {
    suggestion: suggest(text, stageNames),
    remedy: stageNames.length > 0 ? `There are ${list(stageNames)}.` : undefined,
  });
}
