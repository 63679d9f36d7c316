import type { ConfigNode, Member, ObjectNode } from './tree.ts';

/** `extends`: objects merge deeply; everything else, lists too, replaces. Keys keep the order of the base, new ones follow. */
export function merge(base: ObjectNode, over: ObjectNode): ObjectNode {
  const members = new Map<string, Member>(base.members);
  for (const [name, { key, value }] of over.members) {
    const below = base.members.get(name)?.value;
    members.set(name, { key, value: below === undefined ? value : mergeNodes(below, value) });
  }
  return { kind: 'object', origin: over.origin, members };
}

function mergeNodes(base: ConfigNode, over: ConfigNode): ConfigNode {
  return base.kind === 'object' && over.kind === 'object' ? merge(base, over) : over;
}
