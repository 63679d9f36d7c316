/** Checks a tree against schema/pipeline.schema.json and reports differences in words. */
import schema from '../../../schema/pipeline.schema.json' with { type: 'json' };
import type { Json } from '../../util/json.ts';
import { suggest } from '../../util/suggest.ts';
import { list } from './list.ts';
import { described } from './parse.ts';
import type { Report } from './report.ts';
import { validatePipeline, type Finding } from './schema-validator.generated.js';
import type { Origin } from './source.ts';
import { valueOf, type ConfigNode } from './tree.ts';

/** The nodes that the schema does not allow. They are reported here; later readers skip them. */
export type Faulty = Set<ConfigNode>;

/** The parts of a stage that are looked at again, one by one, once the references in them are substituted. */
export type StagePart =
  | { readonly field: 'env' | 'resources' | 'timeout' | 'retries' | 'params' }
  | { readonly field: 'inputs' | 'outputs' | 'matrix'; readonly name: string };

export function checkPipeline(tree: ConfigNode, report: Report): Faulty {
  return check(tree, valueOf(tree), [], report);
}

/** Checks the shape of a stage's part after substitution. */
export function checkStagePart(node: ConfigNode, part: StagePart, report: Report): boolean {
  const path = 'name' in part ? ['stages', 'a', part.field, part.name] : ['stages', 'a', part.field];
  return check(node, wrapped(valueOf(node), path), path, report).size === 0;
}

function wrapped(value: Json, path: readonly string[]): Json {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
}

/** @param above the path of `node` inside `value` */
function check(node: ConfigNode, value: Json, above: readonly string[], report: Report): Faulty {
  const faulty: Faulty = new Set();
  if (validatePipeline(value)) return faulty;
  const findings = validatePipeline.errors ?? [];
  for (const finding of findings) {
    const path = finding.instancePath
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (isReadLater(finding, path)) continue;
    const place = locate(node, path.slice(above.length));
    explain(finding, { ...place, rule: ruleAt(path), siblings: findings }, faulty, report);
    if (faulty.has(place.node) && path.length > partDepth(path))
      faulty.add(locate(node, path.slice(above.length, Math.max(above.length, partDepth(path)))).node);
  }
  return faulty;
}

/** Texts in `inputs` and `params` are parsed when they are expanded, with better messages. */
function isReadLater({ keyword, propertyName }: Finding, [, , field = '']: readonly string[]): boolean {
  return keyword === 'pattern' && propertyName === undefined && (field === 'inputs' || field === 'params');
}

/**
 * The depth of the parts that are read as a whole. A fault anywhere in `axes/x`, `stages/a/resources`,
 * `stages/a/matrix/x` or `stages/a/inputs/0/x` is a fault of that part.
 */
function partDepth([top = '', , field = '', part = '']: readonly string[]): number {
  if (top === 'axes') return 2;
  if (field === 'inputs' && /^\d+$/.test(part)) return 5;
  return ['inputs', 'outputs', 'matrix'].includes(field) ? 4 : 3;
}

interface Located {
  readonly node: ConfigNode;
  /** The key of the node. */
  readonly key?: Origin;
  readonly name?: string;
}

function locate(root: ConfigNode, path: readonly string[]): Located {
  let found: Located = { node: root };
  for (const name of path) {
    const { node } = found;
    const member = node.kind === 'object' ? node.members.get(name) : undefined;
    const item = node.kind === 'list' ? node.items[Number(name)] : member?.value;
    if (item === undefined)
      throw new Error(`Internal error: the validator speaks of ${path.join('/')}, which is not there.`);
    found = { node: item, ...(member === undefined ? {} : { key: member.key, name }) };
  }
  return found;
}

/** The part of the schema that describes the value at a path. */
interface Rule {
  readonly title?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Rule | boolean>>;
  readonly additionalProperties?: Rule | boolean;
  readonly items?: Rule;
}

function ruleAt(path: readonly string[]): Rule {
  let rule = schema as Rule;
  for (const key of path) {
    const next =
      rule.properties?.[key] ??
      (/^\d+$/.test(key) ? (rule.items ?? rule.additionalProperties) : rule.additionalProperties);
    rule = typeof next === 'object' ? resolved(next) : {};
  }
  return rule;
}

function resolved(rule: Rule): Rule {
  if (rule.$ref === undefined) return rule;
  const name = rule.$ref.replace('#/definitions/', '') as keyof typeof schema.definitions;
  return schema.definitions[name];
}

export const FIRST_STAGE =
  'A first stage, for instance: "stages": { "hello": { "command": "date > ${outputs.time}", "outputs": { "time": "time.txt" } } }. `pipeline init` writes whole examples.';

const titleOf = (rule: Rule | boolean | undefined): string =>
  (typeof rule === 'object' ? resolved(rule).title : undefined) ?? 'needed here';

interface Surroundings extends Located {
  readonly rule: Rule;
  readonly siblings: readonly Finding[];
}

function explain(
  finding: Finding,
  { node, key, name, rule, siblings }: Surroundings,
  faulty: Faulty,
  report: Report,
): void {
  const allowed = Object.keys(rule.properties ?? {});
  const subject = name === undefined ? 'this' : `"${name}"`;
  switch (finding.keyword) {
    case 'additionalProperties': {
      const unknown = finding.params.additionalProperty!;
      const at = node.kind === 'object' ? node.members.get(unknown)?.key : undefined;
      report.error('unknown-key', at ?? node.origin, `unknown key "${unknown}"`, {
        suggestion: suggest(unknown, allowed),
        remedy: `Allowed here: ${list(allowed, 20)}.`,
      });
      return;
    }
    case 'required': {
      const missing = finding.params.missingProperty!;
      faulty.add(node);
      if (isMisspelt(missing, finding, siblings)) return;
      report.error(
        'missing-key',
        key ?? node.origin,
        name === undefined ? `"${missing}" is missing` : `"${missing}" is missing in ${subject}`,
        {
          remedy:
            missing === 'stages' ? FIRST_STAGE : `Add it: "${missing}" is ${titleOf(rule.properties?.[missing])}.`,
        },
      );
      return;
    }
    case 'false schema':
      faulty.add(node);
      report.error('unknown-key', key ?? node.origin, `${subject} has no place here`, {
        remedy:
          name === 'optional' || name === 'source'
            ? 'It goes with "path".'
            : 'It goes with "stage" and "output"; an input has either these or "path".',
      });
      return;
    case 'pattern':
      if (finding.propertyName !== undefined) {
        const at = node.kind === 'object' ? node.members.get(finding.propertyName)?.key : undefined;
        report.error('invalid-name', at ?? node.origin, `"${finding.propertyName}" cannot be used as a name`, {
          remedy: 'A name consists of letters, digits, _ and -, and begins with a letter.',
        });
        return;
      }
      faulty.add(node);
      report.error('wrong-value', node.origin, `expected ${rule.title ?? 'something else'}, found ${described(node)}`);
      return;
    case 'if':
    case 'propertyNames':
      return;
    case 'type':
      faulty.add(node);
      report.error('wrong-type', node.origin, `expected ${rule.title ?? 'something else'}, found ${described(node)}`);
      return;
    default:
      faulty.add(node);
      report.error('wrong-value', node.origin, `expected ${rule.title ?? 'something else'}, found ${described(node)}`);
  }
}

/** True if an unknown key of the same object, reported anyway, is close to the missing one. */
function isMisspelt(missing: string, { instancePath }: Finding, siblings: readonly Finding[]): boolean {
  return siblings.some(
    (other) =>
      other.keyword === 'additionalProperties' &&
      other.instancePath === instancePath &&
      suggest(other.params.additionalProperty!, [missing]) !== undefined,
  );
}
