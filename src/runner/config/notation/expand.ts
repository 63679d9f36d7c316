/**
 * The short notation of a pipeline file -> the object form: stages with their templates, lists and shared axes
 * expanded. Every node keeps the place in the file that it comes from.
 */
import type { LoadContext } from '../load-context.ts';
import { membersOf, child, type ConfigNode, type Member, type ObjectNode } from '../tree.ts';
import type { KnownOutputs, NotationContext } from './context.ts';
import { expandInputs } from './inputs.ts';
import { expandMatrix } from './matrix.ts';
import { expandParams } from './params.ts';
import { expandPublish } from './publish.ts';
import { Templates } from './templates.ts';

export interface ObjectForm {
  /** By name, in the order of the file. */
  readonly stages: ReadonlyMap<string, WrittenStage>;
  /** Stages that are faulty as a whole and reported. */
  readonly refused: ReadonlySet<string>;
  /** Templates that no stage extends: to be checked, and never run. */
  readonly unused: readonly WrittenStage[];
}

export interface WrittenStage {
  readonly name: string;
  /** The key of the stage. */
  readonly key: Member['key'];
  readonly node: ObjectNode;
}

/** @param tree the files merged, with the settings of the command line, held against the schema */
export function expandNotation(tree: ObjectNode, common: LoadContext): ObjectForm {
  const declared = membersOf(child(tree, 'stages'));
  const stageNames = declared.map(([name]) => name);
  const templates = new Templates(child(tree, 'templates'), stageNames, common.faulty, common.report);
  const merged = new Map<string, ObjectNode>();
  const refused = new Set<string>();
  for (const [name, { value }] of declared) {
    const stage = value.kind === 'object' && !common.faulty.has(value) ? templates.apply(value) : undefined;
    if (stage === undefined) refused.add(name);
    else merged.set(name, stage);
  }
  const context: NotationContext = {
    ...common,
    axes: new Map(membersOf(child(tree, 'axes'))),
    stageNames,
    outputsOf: (name) => outputsOf(name, merged, refused, common),
  };
  const stages = new Map(
    declared.flatMap(([name, { key }]) => {
      const node = merged.get(name);
      return node === undefined ? [] : [[name, { name, key, node: expandStage(node, context) }] as const];
    }),
  );
  const unused = templates.unused().map((template) => ({ ...template, node: expandStage(template.node, context) }));
  return { stages, refused, unused };
}

function outputsOf(
  name: string,
  merged: ReadonlyMap<string, ObjectNode>,
  refused: ReadonlySet<string>,
  { faulty }: LoadContext,
): KnownOutputs {
  const stage = merged.get(name);
  if (stage === undefined) return { kind: refused.has(name) ? 'faulty' : 'unknown-stage' };
  const outputs = child(stage, 'outputs');
  if (outputs !== undefined && faulty.has(outputs)) return { kind: 'faulty' };
  return { kind: 'known', names: membersOf(outputs).map(([output]) => output) };
}

function expandStage(node: ObjectNode, context: NotationContext): ObjectNode {
  const members = new Map(node.members);
  const replace = (field: string, expand: (value: ConfigNode, context: NotationContext) => ConfigNode) => {
    const member = members.get(field);
    if (member !== undefined && !context.faulty.has(member.value))
      members.set(field, { ...member, value: expand(member.value, context) });
  };
  replace('matrix', expandMatrix);
  replace('inputs', expandInputs);
  replace('params', expandParams);
  const publish = members.get('publish');
  members.delete('publish');
  if (publish !== undefined) replace('outputs', (outputs) => expandPublish(outputs, publish.value, context));
  return { ...node, members };
}
