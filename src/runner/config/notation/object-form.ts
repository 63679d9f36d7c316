/** The pipeline in the object form, as `graph --expanded` prints it: a pipeline file that means the same. */
import type { Json, JsonObject } from '../../../util/json.ts';
import { STAGE } from '../axis.ts';
import { wholePlaceholder, placeholdersIn, type Placeholder } from '../placeholder.ts';
import { Report } from '../report.ts';
import { child, membersOf, someString, textOf, valueOf, type ConfigNode, type ObjectNode } from '../tree.ts';
import type { WrittenStage } from './expand.ts';
import { singleReference } from './inputs.ts';
import { isReferenceText } from './reference.ts';

/** @param tree the files merged, with the settings of the command line */
export function objectFormOf(tree: ObjectNode, stages: Iterable<WrittenStage>): JsonObject {
  const top = ['name', 'description', 'ignore', 'params'].flatMap((key) => {
    const value = child(tree, key);
    return value === undefined ? [] : [[key, valueOf(value)] as const];
  });
  const listed = [...stages].map(({ name, node }) => [name, named(stageForm(node), name)] as const);
  return { ...Object.fromEntries(top), stages: Object.fromEntries(listed) };
}

function stageForm(stage: ObjectNode): Json {
  const read = fieldsReadByInputs(stage);
  const matrix = child(stage, 'matrix');
  if (matrix?.kind !== 'object' || read.size === 0) return valueOf(stage);
  const form = mapMembers(matrix, (values, axis) => withReferences(axis, values, read));
  return valueOf({ ...stage, members: new Map(stage.members).set('matrix', { key: matrix.origin, value: form }) });
}

/** With `${stage}` filled in. */
function named(value: Json, stage: string): Json {
  return JSON.parse(JSON.stringify(value).replaceAll(`\${${STAGE}}`, stage)) as Json;
}

/** Paths such as `model.weights` that inputs name whole and that no other text of the stage names: they hold inputs. */
function fieldsReadByInputs(stage: ObjectNode): ReadonlySet<string> {
  const whole = new Set<string>();
  const others = new Set<string>();
  for (const [field, { value }] of stage.members) {
    const parts = field === 'inputs' ? membersOf(value).map(([, input]) => input.value) : [value];
    for (const part of parts) {
      const named = field === 'inputs' ? wholePlaceholder(textOf(part) ?? '') : undefined;
      if (named === undefined) fieldsNamedIn(part).forEach((name) => others.add(name));
      else fieldOf(named).forEach((name) => whole.add(name));
    }
  }
  return new Set([...whole].filter((name) => !others.has(name)));
}

function fieldOf(placeholder: Placeholder | undefined): string[] {
  return placeholder === undefined || placeholder.path.length < 2 ? [] : [placeholder.path.join('.')];
}

function fieldsNamedIn(node: ConfigNode): string[] {
  const found: string[] = [];
  someString(node, (text) => {
    found.push(...placeholdersIn(text).flatMap(fieldOf));
    return false;
  });
  return found;
}

/** The records of an axis, with references in the object form in the fields that inputs read. */
function withReferences(axis: string, values: ConfigNode, read: ReadonlySet<string>): ConfigNode {
  return mapMembers(values, (record) => inRecord(record, [axis], read));
}

function inRecord(node: ConfigNode, path: readonly string[], read: ReadonlySet<string>): ConfigNode {
  if (node.kind === 'scalar' && read.has(path.join('.')) && isReferenceText(textOf(node) ?? ''))
    return singleReference(node, { report: new Report() }) ?? node;
  return mapMembers(node, (field, name) => inRecord(field, [...path, name], read));
}

function mapMembers(node: ConfigNode, change: (value: ConfigNode, name: string) => ConfigNode): ConfigNode {
  if (node.kind !== 'object') return node;
  const members = [...node.members].map(
    ([name, member]) => [name, { ...member, value: change(member.value, name) }] as const,
  );
  return { ...node, members: new Map(members) };
}
