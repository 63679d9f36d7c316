/** `params` as a list: objects, and references to objects of the pipeline's own parameters. Later items win. */
import { suggest } from '../../../util/suggest.ts';
import { list } from '../list.ts';
import { described } from '../parse.ts';
import { originWithin } from '../placeholder.ts';
import { reportUnknownParam } from '../placeholder-faults.ts';
import type { Origin } from '../source.ts';
import { nodeAt, textOf, type ConfigNode, type Member, type ObjectNode, type ScalarNode } from '../tree.ts';
import type { NotationContext } from './context.ts';
import { isReference } from './merge.ts';

/** The placeholders that were made here, and the parameter behind each. */
type Behind = Map<ConfigNode, { readonly path: readonly string[]; readonly node: ConfigNode }>;

/**
 * One object whose values are those of the file, or placeholders such as `${params.train.epochs}`. It is faulty when an
 * item was left out because of a fault, which was reported.
 */
export function expandParams(params: ConfigNode, context: NotationContext): ConfigNode {
  if (params.kind !== 'list') return params;
  const behind: Behind = new Map();
  let node: ObjectNode = { kind: 'object', origin: params.origin, members: new Map() };
  let sound = true;
  for (const item of params.items) {
    const members = item.kind === 'scalar' ? referredTo(item, behind, context) : item;
    if (members?.kind === 'object') node = merge(node, members, behind);
    else sound = false;
  }
  if (!sound) context.faulty.add(node);
  return node;
}

/** `${params.a.b}` or `${params.a.{b,c}}`: the object that it names, its values as placeholders. */
function referredTo(item: ScalarNode, behind: Behind, context: NotationContext): ObjectNode | undefined {
  const text = textOf(item) ?? '';
  const match = /^\$\{params((?:\.[^\s"'$:=,.{}]+)*)(?:\.\{([^{}]*)\})?\}$/.exec(text);
  if (match === null) {
    context.report.error('malformed-placeholder', item.origin, `${JSON.stringify(text)} is no object of parameters`, {
      remedy: 'An item of "params" is an object, "${params.name}" or "${params.name.{a,b}}".',
    });
    return undefined;
  }
  const path = (match[1] ?? '').split('.').slice(1);
  const found = context.params === undefined ? undefined : nodeAt(context.params, path);
  if (found === undefined) {
    if (!context.resolver.paramsRefused) reportUnknownParam(path, item.origin, context.params, context.report);
    return undefined;
  }
  if (found.kind !== 'object') {
    context.report.error(
      'wrong-type',
      item.origin,
      `expected an object of parameters, and ${text} is ${described(found)}`,
      {
        remedy: `Name it: { "${path.at(-1) ?? 'name'}": "${text}" }.`,
      },
    );
    return undefined;
  }
  const braces = match[2];
  if (braces === undefined) return placeholders(path, found, item.origin, behind);
  return selected(path, found, wordsOf(braces, text.indexOf('{', 2) + 1, item), item.origin, behind, context);
}

interface Name {
  readonly name: string;
  readonly at: Origin;
}

function wordsOf(braces: string, start: number, item: ScalarNode): Name[] {
  let from = start;
  return braces.split(',').map((name) => {
    const at = originWithin(item, from, Math.max(1, name.length));
    from += name.length + 1;
    return { name, at };
  });
}

function selected(
  path: readonly string[],
  node: ObjectNode,
  names: readonly Name[],
  origin: Origin,
  behind: Behind,
  { report }: NotationContext,
): ObjectNode | undefined {
  const members = new Map<string, Member>();
  for (const { name, at } of names) {
    const value = node.members.get(name)?.value;
    if (value === undefined) {
      const all = [...node.members.keys()];
      report.error('unknown-param', at, `there is no parameter "${[...path, name].join('.')}"`, {
        suggestion: suggest(name, all),
        remedy:
          all.length > 0 ? `${path.length > 0 ? `"${path.join('.')}" has` : 'There are'} ${list(all)}.` : undefined,
      });
    } else members.set(name, { key: at, value: placeholder([...path, name], value, at, behind) });
  }
  return members.size === names.length ? { kind: 'object', origin, members } : undefined;
}

function placeholders(path: readonly string[], node: ObjectNode, origin: Origin, behind: Behind): ObjectNode {
  const members = [...node.members].map(
    ([name, { value }]) => [name, { key: origin, value: placeholder([...path, name], value, origin, behind) }] as const,
  );
  return { kind: 'object', origin, members: new Map(members) };
}

/** A parameter with a name that no placeholder can contain is taken literally. */
function placeholder(path: readonly string[], node: ConfigNode, origin: Origin, behind: Behind): ConfigNode {
  if (!path.every((name) => /^[^\s"'$:=,.{}]+$/.test(name))) return node;
  const made: ScalarNode = { kind: 'scalar', origin, value: `\${params.${path.join('.')}}` };
  behind.set(made, { path, node });
  return made;
}

/** Objects merge, also with the object behind a placeholder made here. */
function merge(base: ObjectNode, over: ObjectNode, behind: Behind): ObjectNode {
  const members = new Map<string, Member>(base.members);
  for (const [name, { key, value }] of over.members) {
    const below = members.get(name)?.value;
    const lower = below === undefined ? undefined : asObject(below, behind);
    const upper = asObject(value, behind);
    members.set(name, {
      key,
      value:
        lower?.kind === 'object' && upper.kind === 'object' && !isReference(lower) && !isReference(upper)
          ? merge(lower, upper, behind)
          : value,
    });
  }
  return { kind: 'object', origin: over.origin, members };
}

/** The object behind a placeholder made here, one level deep; any other node unchanged. */
function asObject(node: ConfigNode, behind: Behind): ConfigNode {
  const found = behind.get(node);
  return found?.node.kind === 'object' ? placeholders(found.path, found.node, node.origin, behind) : node;
}
