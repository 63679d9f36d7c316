/** The short forms of a matrix: names of shared axes, `"*"`, and some records of a shared axis. */
import { suggest } from '../../../util/suggest.ts';
import type { Row } from '../axis.ts';
import { list } from '../list.ts';
import { COMBINATIONS } from '../read-axes.ts';
import type { NotationContext } from './context.ts';
import { asMatrixObject } from './merge.ts';
import { textOf, type ConfigNode, type ListNode, type Member, type ObjectNode } from '../tree.ts';

const NOTHING: Row = new Map();

/** Each axis with its own values. The matrix is faulty if an axis was left out because of a reported fault. */
export function expandMatrix(matrix: ConfigNode, context: NotationContext): ConfigNode {
  const { faulty } = context;
  const node = asMatrixObject(matrix);
  if (node.kind !== 'object' || (matrix.kind === 'list' && matrix.items.some((item) => faulty.has(item)))) {
    reportTwice(node, context);
    const nothing: ObjectNode = { kind: 'object', origin: matrix.origin, members: new Map() };
    faulty.add(nothing);
    return nothing;
  }
  const members = new Map<string, Member>();
  for (const [name, { key, value }] of node.members) {
    const whole = COMBINATIONS.includes(name) || faulty.has(value);
    const expanded = whole ? value : expandAxis(name, { key, value }, context);
    if (expanded !== undefined) members.set(name, { key, value: expanded });
  }
  const expanded: ObjectNode = { ...node, members };
  if (members.size !== node.members.size) faulty.add(expanded);
  return expanded;
}

function expandAxis(
  name: string,
  { key, value }: Member,
  { axes, resolver, report }: NotationContext,
): ConfigNode | undefined {
  const declared = axes.get(name);
  const shared = declared?.value;
  if (textOf(value) === '*') {
    if (shared === undefined) {
      const names = [...axes.keys()];
      report.error('unknown-axis', key, `there is no shared axis "${name}"`, {
        suggestion: suggest(name, names),
        remedy:
          names.length > 0
            ? `The shared axes are ${list(names)}. An axis of the stage's own has its values here: "matrix": { ` +
              `"${name}": [...] }.`
            : `Declare it at the top of the file, "axes": { "${name}": [...] }, or give the stage values of its ` +
              `own: "matrix": { "${name}": [...] }.`,
      });
    }
    return shared;
  }
  if (value.kind !== 'list' || declared === undefined || shared === undefined) return value;
  const records = shared.kind === 'object' ? shared : resolver.resolve(shared, NOTHING);
  const wanted = resolver.resolve(value, NOTHING);
  if (records?.kind !== 'object' || wanted?.kind !== 'list') return wanted === undefined ? undefined : value;
  return selectRecords(name, wanted, records, declared, report);
}

/** The named records, in the order of the list. */
function selectRecords(
  axis: string,
  wanted: ListNode,
  records: ObjectNode,
  declared: Member,
  report: NotationContext['report'],
): ObjectNode | undefined {
  const members = new Map<string, Member>();
  let good = true;
  for (const item of wanted.items) {
    const name = item.kind === 'scalar' ? String(item.value) : '';
    const record = records.members.get(name);
    const first = members.get(name);
    const names = [...records.members.keys()];
    if (record === undefined) {
      report.error('unknown-value', item.origin, `axis "${axis}" has no record ${JSON.stringify(name)}`, {
        suggestion: suggest(name, names),
        remedy: `Its records are ${list(names)}.`,
        related: [{ message: `axis "${axis}" is declared here`, at: declared.key }],
      });
    } else if (first !== undefined) {
      report.error('duplicate-value', item.origin, `axis "${axis}" has the value ${name} twice`, {
        remedy: 'Remove one of the two.',
        related: [{ message: 'first written here', at: first.key }],
      });
    } else {
      members.set(name, { key: item.origin, value: record.value });
      continue;
    }
    good = false;
  }
  return good ? { kind: 'object', origin: wanted.origin, members } : undefined;
}

function reportTwice(node: ConfigNode, { report }: NotationContext): void {
  const seen = new Map<string, ConfigNode>();
  for (const item of node.kind === 'list' ? node.items : []) {
    const name = textOf(item) ?? '';
    const first = seen.get(name);
    if (first !== undefined)
      report.error('duplicate-value', item.origin, `axis "${name}" is listed twice`, {
        remedy: 'Remove one of the two.',
        related: [{ message: 'first written here', at: first.origin }],
      });
    seen.set(name, item);
  }
}
