/** The pipeline's parameters as such: literal, and each of use to some stage. */
import { suggest } from '../../util/suggest.ts';
import type { Report } from './report.ts';
import { originOf, placeholdersIn } from './placeholder.ts';
import type { ConfigNode, ObjectNode } from './tree.ts';

/** Parameters are taken as they are. A placeholder in one shows another expectation. */
export function checkLiteral(node: ConfigNode, report: Report): void {
  if (node.kind === 'list') for (const item of node.items) checkLiteral(item, report);
  else if (node.kind === 'object') for (const { value } of node.members.values()) checkLiteral(value, report);
  else if (typeof node.value === 'string') {
    for (const placeholder of placeholdersIn(node.value)) {
      report.error(
        'unknown-placeholder',
        originOf(placeholder, node),
        `${placeholder.text} is not substituted in "params"`,
        {
          remedy: 'Parameters are taken as they are. Compose them in the stage that uses them.',
        },
      );
    }
  }
}

/**
 * Warns of the outermost parameters that nothing refers to. One that an extended file sets may be for another file that
 * extends it. @param bases the extended files
 */
export function warnOfUnused(
  params: ObjectNode,
  used: ReadonlySet<string>,
  bases: ReadonlySet<string>,
  report: Report,
): void {
  visit(params, []);

  function visit(node: ObjectNode, path: readonly string[]): void {
    for (const [name, { key, value }] of node.members) {
      const full = [...path, name].join('.');
      if (isWhollyUsed(full, used)) continue;
      const partly = [...used].some((other) => other.startsWith(`${full}.`));
      if (partly && value.kind === 'object') visit(value, [...path, name]);
      if (!partly && !bases.has(key.source.file))
        report.warning('unused-param', key, `no stage uses the parameter "${full}"`, {
          suggestion: suggest(name, usedBelow(path, used)),
          remedy: `Refer to it as \${params.${full}}, or remove it.`,
        });
    }
  }
}

/** The names that stages use in one object of parameters. */
function usedBelow(path: readonly string[], used: ReadonlySet<string>): string[] {
  const names = [...used].map((full) => full.split('.'));
  return names.filter((each) => path.every((name, i) => each[i] === name)).flatMap((each) => each[path.length] ?? []);
}

function isWhollyUsed(path: string, used: ReadonlySet<string>): boolean {
  const names = path.split('.');
  return used.has('') || names.some((_, i) => used.has(names.slice(0, i + 1).join('.')));
}
