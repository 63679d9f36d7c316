/** The `matrix` of a stage: its axes and their values. */
import { scopeOf, STAGE, type Axis, type AxisEntry, type Row } from './axis.ts';
import { checkStagePart } from './check-shape.ts';
import type { LoadContext } from './load-context.ts';
import { described } from './parse.ts';
import type { Origin } from './source.ts';
import { child, membersOf, type ConfigNode, type ObjectNode } from './tree.ts';

const NOTHING: Row = new Map();
const RESERVED = ['params', 'inputs', 'outputs', STAGE];
export const COMBINATIONS = ['include', 'exclude'];

/** The axes in the order of the file. An axis with a fault is left out, and `sound` is then false. */
export function readAxes(
  stage: { readonly name: string; readonly origin: Origin; readonly node: ConfigNode },
  context: LoadContext,
): { readonly axes: readonly Axis[]; readonly sound: boolean } {
  const matrix = child(stage.node, 'matrix');
  const scope = scopeOf(stage, NOTHING);
  const wanted = membersOf(matrix).filter(([name]) => !COMBINATIONS.includes(name));
  const axes = wanted.flatMap(([name, { key, value }]) => {
    if (RESERVED.includes(name)) {
      context.report.error('invalid-name', key, `an axis cannot be called "${name}"`, {
        remedy: `${RESERVED.join(', ')} begin placeholders of their own.`,
      });
      return [];
    }
    const entries = context.faulty.has(value) ? undefined : readEntries(name, key, value, scope, context);
    return entries === undefined ? [] : [{ name, origin: key, entries }];
  });
  return { axes, sound: axes.length === wanted.length && (matrix === undefined || !context.faulty.has(matrix)) };
}

function readEntries(
  name: string,
  key: Origin,
  node: ConfigNode,
  scope: Row,
  context: LoadContext,
): readonly AxisEntry[] | undefined {
  const values = valuesOf(name, node, scope, context);
  if (values === undefined) return undefined;
  const listed = values.kind === 'object' ? records(values) : scalars(values);
  if (listed.length === 0) {
    context.report.error('empty-axis', key, `axis "${name}" has no values, so the stage would never run`, {
      remedy: 'Give it at least one value, or remove the axis.',
    });
    return undefined;
  }
  return checkEntries(name, listed, context) ? listed : undefined;
}

/** Placeholders of parameters substituted; fields of records are left for each instance. */
function valuesOf(
  name: string,
  node: ConfigNode,
  scope: Row,
  { resolver, report }: LoadContext,
): ConfigNode | undefined {
  if (node.kind !== 'object') {
    const resolved = resolver.resolve(node, scope);
    if (resolved === undefined || resolved === node) return resolved;
    if (!checkStagePart(resolved, { field: 'matrix', name }, report)) return undefined;
    if (resolved.kind !== 'scalar') return resolved;
    // A "*" that comes through a placeholder has the right shape, and is no axis.
    report.error('wrong-value', resolved.origin, `expected the values of axis "${name}", got ${described(resolved)}`);
    return undefined;
  }
  const members = [...node.members].flatMap(([record, { key, value }]) => {
    const fields = value.kind === 'object' ? value : resolver.resolve(value, scope);
    return fields === undefined ? [] : [[record, { key, value: fields }] as const];
  });
  if (members.length !== node.members.size) return undefined;
  const resolved: ObjectNode = { ...node, members: new Map(members) };
  return checkStagePart(resolved, { field: 'matrix', name }, report) ? resolved : undefined;
}

function records(node: ObjectNode): AxisEntry[] {
  return [...node.members].map(([text, { key, value }]) => ({
    value: text,
    text,
    origin: key,
    ...(value.kind === 'object' ? { fields: value } : {}),
  }));
}

function scalars(node: ConfigNode): AxisEntry[] {
  if (node.kind !== 'list')
    throw new Error('Internal error: an axis that is neither a list nor an object passed the schema.');
  return node.items.map((item) => {
    if (item.kind !== 'scalar' || item.value === null)
      throw new Error('Internal error: an axis value that is no scalar passed the schema.');
    return { value: item.value, text: String(item.value), origin: item.origin };
  });
}

function checkEntries(name: string, entries: readonly AxisEntry[], { report }: LoadContext): boolean {
  const seen = new Map<string, AxisEntry>();
  let good = true;
  for (const entry of entries) {
    const first = seen.get(entry.text);
    if (first !== undefined) {
      report.error('duplicate-value', entry.origin, `axis "${name}" has the value ${entry.text} twice`, {
        remedy: 'Remove one of the two.',
        related: [{ message: 'first written here', at: first.origin }],
      });
      good = false;
    }
    if (!isAxisText(entry.text)) {
      report.error('axis-value', entry.origin, `${JSON.stringify(entry.text)} cannot be a value of axis "${name}"`, {
        remedy:
          'Values are part of ids such as train:seed=0,model=M1: they must not be empty or "*" and must not ' +
          'contain ",", "=", ":" or white space. Name a record instead, and put the text into a field of it.',
      });
      good = false;
    }
    seen.set(entry.text, entry);
  }
  return good;
}

export function isAxisText(text: string): boolean {
  return /^[^\s,=:]+$/.test(text) && text !== '*';
}
