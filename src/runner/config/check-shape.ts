/** Compares a tree with schema/pipeline.schema.json. */
import type { Json } from '../../util/json.ts';
import type { Report } from './report.ts';
import { validatePipeline, type Finding } from './schema-validator.generated.js';
import { ruleAt } from './schema-rules.ts';
import { explainFinding, type FoundNode } from './shape-faults.ts';
import { valueOf, type ConfigNode } from './tree.ts';

/** The nodes that the schema does not allow. They are reported here; later readers skip them. */
export type Faulty = Set<ConfigNode>;

/** The parts of a stage that are looked at again, one by one, once the placeholders in them are substituted. */
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
    const found = locate(node, path.slice(above.length));
    if (explainFinding(finding, { ...found, rule: ruleAt(path), siblings: findings }, report)) faulty.add(found.node);
    if (faulty.has(found.node) && path.length > partDepth(path))
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

function locate(root: ConfigNode, path: readonly string[]): FoundNode {
  let found: FoundNode = { node: root };
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
