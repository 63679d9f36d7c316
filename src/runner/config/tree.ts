/** JSON in which every value knows its place in the file. */
import type { Json, JsonObject, Scalar } from '../../util/json.ts';
import type { Origin } from './source.ts';

export type ConfigNode = ObjectNode | ListNode | ScalarNode;

export interface ObjectNode {
  readonly kind: 'object';
  readonly origin: Origin;
  readonly members: ReadonlyMap<string, Member>;
}

export interface Member {
  readonly key: Origin;
  readonly value: ConfigNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: Scalar;
}

export function child(node: ConfigNode | undefined, key: string): ConfigNode | undefined {
  return node?.kind === 'object' ? node.members.get(key)?.value : undefined;
}

/** The members of an object; none for another node. */
export function membersOf(node: ConfigNode | undefined): readonly (readonly [string, Member])[] {
  return node?.kind === 'object' ? [...node.members] : [];
}

export function itemsOf(node: ConfigNode | undefined): readonly ConfigNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The text of a string node. */
export function textOf(node: ConfigNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function numberOf(node: ConfigNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

export function isTrue(node: ConfigNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

/** The plain value, without its places. */
export function valueOf(node: ObjectNode): JsonObject;
export function valueOf(node: ConfigNode): Json;
export function valueOf(node: ConfigNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map((item) => valueOf(item));
    case 'object':
      return Object.fromEntries([...node.members].map(([key, { value }]) => [key, valueOf(value)]));
  }
}

/** A value from elsewhere that replaces one in a file. */
export function nodeOf(value: Json, origin: Origin): ConfigNode {
  if (value === null || typeof value !== 'object') return { kind: 'scalar', origin, value };
  if (isList(value)) return { kind: 'list', origin, items: value.map((item) => nodeOf(item, origin)) };
  const members = Object.entries(value).map(
    ([key, item]) => [key, { key: origin, value: nodeOf(item, origin) }] as const,
  );
  return { kind: 'object', origin, members: new Map(members) };
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

/** The node below a path; undefined if it leads nowhere, or names the root itself. */
export function nodeAt(node: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  let found: ConfigNode | undefined = node;
  for (const name of path) {
    if (found?.kind === 'list') found = /^(0|[1-9]\d*)$/.test(name) ? found.items[Number(name)] : undefined;
    else found = found?.kind === 'object' ? found.members.get(name)?.value : undefined;
  }
  return found;
}

/** The first string, keys excluded, that the test accepts. */
export function someString(node: ConfigNode, test: (text: string) => boolean): string | undefined {
  if (node.kind === 'scalar') return typeof node.value === 'string' && test(node.value) ? node.value : undefined;
  const parts = node.kind === 'list' ? node.items : [...node.members.values()].map(({ value }) => value);
  for (const part of parts) {
    const found = someString(part, test);
    if (found !== undefined) return found;
  }
  return undefined;
}
