/** Lays a pipeline file over its base, and a stage over its template (docs/pipeline.md, "How files are merged"). */
import type { ConfigNode, ListNode, Member, ObjectNode } from '../tree.ts';

/** Nodes that the schema refused. A node merged from one of them is refused too. */
type Refused = Set<ConfigNode>;

/** Keys keep the order of the base; new keys follow. */
export function mergeFiles(base: ObjectNode, over: ObjectNode): ObjectNode {
  const refused: Refused = new Set();
  const mergeStagesByName = (below: ConfigNode, above: ConfigNode) =>
    mergeObjects(below, above, refused, (_, lower, upper) => mergeStages(lower, upper, refused));
  return mergeMembers(base, over, refused, (key, below, above) =>
    key === 'stages' || key === 'templates' ? mergeStagesByName(below, above) : mergeDeep(below, above, refused),
  );
}

/**
 * Objects merge, lists and scalars replace; inputs and params are stacked, and short forms count as their long forms.
 */
export function mergeStages(base: ConfigNode, over: ConfigNode, refused: Refused): ConfigNode {
  return mergeObjects(base, over, refused, (field, below, above) => {
    switch (field) {
      case 'inputs':
      case 'params':
        return stack(below, above);
      case 'outputs':
        return mergeObjects(below, above, refused, (_, lower, upper) =>
          mergeDeep(asOutputObject(lower), asOutputObject(upper), refused),
        );
      case 'matrix':
        return mergeDeep(asMatrixObject(below), asMatrixObject(above), refused);
      default:
        return mergeDeep(below, above, refused);
    }
  });
}

/** Objects merge, except references to outputs of stages; everything else replaces. */
export function mergeDeep(base: ConfigNode, over: ConfigNode, refused: Refused): ConfigNode {
  if (isReference(base) || isReference(over)) return over;
  return mergeObjects(base, over, refused, (_, below, above) => mergeDeep(below, above, refused));
}

/** `["seed"]` -> `{ "seed": "*" }`. Anything but a list of names stays as it is. */
export function asMatrixObject(matrix: ConfigNode): ConfigNode {
  if (matrix.kind !== 'list') return matrix;
  const members = new Map<string, Member>();
  for (const item of matrix.items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || members.has(item.value)) return matrix;
    members.set(item.value, { key: item.origin, value: { ...item, value: '*' } });
  }
  return { kind: 'object', origin: matrix.origin, members };
}

/** `"curves.json"` -> `{ "file": "curves.json" }`. */
export function asOutputObject(output: ConfigNode): ConfigNode {
  if (output.kind !== 'scalar' || typeof output.value !== 'string') return output;
  return { kind: 'object', origin: output.origin, members: new Map([['file', { key: output.origin, value: output }]]) };
}

type MergeValue = (key: string, below: ConfigNode, above: ConfigNode) => ConfigNode;

function mergeObjects(base: ConfigNode, over: ConfigNode, refused: Refused, mergeValue: MergeValue): ConfigNode {
  return base.kind === 'object' && over.kind === 'object' ? mergeMembers(base, over, refused, mergeValue) : over;
}

function mergeMembers(base: ObjectNode, over: ObjectNode, refused: Refused, mergeValue: MergeValue): ObjectNode {
  const members = new Map<string, Member>(base.members);
  for (const [name, { key, value }] of over.members) {
    const below = base.members.get(name)?.value;
    members.set(name, { key, value: below === undefined ? value : mergeValue(name, below, value) });
  }
  const merged: ObjectNode = { kind: 'object', origin: over.origin, members };
  if (refused.has(base) || refused.has(over)) refused.add(merged);
  return merged;
}

/** A reference in the object form. */
export function isReference(node: ConfigNode): boolean {
  return node.kind === 'object' && node.members.has('stage') && node.members.has('output');
}

/** Lower items first, so that later ones win when the list is expanded. */
function stack(below: ConfigNode, above: ConfigNode): ListNode {
  const items = (node: ConfigNode) => (node.kind === 'list' ? node.items : [node]);
  return { kind: 'list', origin: above.origin, items: [...items(below), ...items(above)] };
}
