/** `--set a.b=value` overrides a value of `params`, and nothing else. */
import type { Json } from '../../util/json.ts';
import { suggest } from '../../util/suggest.ts';
import { list } from './list.ts';
import type { Report } from './report.ts';
import { nodeOf, type ConfigNode, type ObjectNode } from './tree.ts';

/** The tree with the settings applied, later ones over earlier ones. */
export function applySettings(tree: ObjectNode, settings: readonly string[], report: Report): ObjectNode {
  const params = tree.members.get('params');
  if (settings.length === 0) return tree;
  let current: ConfigNode = params?.value ?? { kind: 'object', origin: tree.origin, members: new Map() };
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const name = setting.slice(0, equals).replace(/^params\./, '');
    if (equals < 1) {
      report.error('set-syntax', undefined, `--set ${setting} gives no value`, {
        remedy: 'Write --set name=value, for instance --set pretrain.epochs=5.',
      });
      continue;
    }
    current = override(current, name.split('.'), setting.slice(equals + 1), report, `--set ${setting}`) ?? current;
  }
  return params === undefined ? tree : replaceMember(tree, 'params', current);
}

/**
 * Undefined, after a report, if the path does not exist. Only declared parameters can be set; otherwise a misspelt name
 * would have no effect.
 */
function override(
  node: ConfigNode,
  [name = '', ...rest]: readonly string[],
  text: string,
  report: Report,
  said: string,
  above: readonly string[] = [],
): ConfigNode | undefined {
  const found = childOf(node, name);
  const full = [...above, name].join('.');
  if (found === undefined) {
    const allowed = node.kind === 'object' ? [...node.members.keys()] : [];
    const close = suggest(name, allowed);
    report.error('unknown-param', undefined, `${said}: there is no parameter "${full}"`, {
      suggestion: close === undefined ? undefined : [...above, close].join('.'),
      remedy:
        allowed.length > 0
          ? `${above.length > 0 ? `"${above.join('.')}" has` : 'There are'} ${list(allowed)}.`
          : 'A parameter is declared under "params" in the pipeline file before it is set.',
    });
    return undefined;
  }
  const value =
    rest.length === 0 ? given(text, found, said, report) : override(found, rest, text, report, said, [...above, name]);
  if (value === undefined) return undefined;
  return node.kind === 'list'
    ? { ...node, items: node.items.map((item, i) => (String(i) === name ? value : item)) }
    : replaceMember(node as ObjectNode, name, value);
}

function childOf(node: ConfigNode, name: string): ConfigNode | undefined {
  if (node.kind === 'object') return node.members.get(name)?.value;
  return node.kind === 'list' && /^(0|[1-9]\d*)$/.test(name) ? node.items[Number(name)] : undefined;
}

/** JSON if it parses, else the text itself. Faults are reported at the place of the replaced value. */
function given(text: string, replaced: ConfigNode, said: string, report: Report): ConfigNode | undefined {
  let value: Json;
  try {
    value = JSON.parse(text, (_, part: Json) => (Object.is(part, -0) ? 0 : part)) as Json;
  } catch {
    value = text;
  }
  if (!holdsInfinity(value)) return nodeOf(value, replaced.origin);
  report.error('number-range', undefined, `${said}: this number is too large; at most about 1.8e308 is possible`);
  return undefined;
}

function holdsInfinity(value: Json): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some((part: Json) => holdsInfinity(part));
}

function replaceMember(node: ObjectNode, name: string, value: ConfigNode): ObjectNode {
  const key = node.members.get(name)?.key ?? node.origin;
  return { ...node, members: new Map(node.members).set(name, { key, value }) };
}
