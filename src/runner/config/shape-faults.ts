/** The messages about values that the schema does not allow. */
import { suggest } from '../../util/suggest.ts';
import { foreignKey } from './foreign-keys.ts';
import { list } from './list.ts';
import { described } from './parse.ts';
import type { Report } from './report.ts';
import type { Finding } from './schema-validator.generated.js';
import { titleOf, type Rule } from './schema-rules.ts';
import type { Origin } from './source.ts';
import type { ConfigNode } from './tree.ts';

export const FIRST_STAGE =
  'A first stage, for instance: "stages": { "hello": { "command": "date > ${outputs.time}", "outputs": { ' +
  '"time": "time.txt" } } }. `pipeline init` writes whole examples.';

export interface FoundNode {
  readonly node: ConfigNode;
  /** The key that the node stands under. */
  readonly key?: Origin;
  readonly name?: string;
}

interface Site extends FoundNode {
  readonly rule: Rule;
  /** All findings of the file. */
  readonly siblings: readonly Finding[];
}

/** Reports the finding. Returns false for one that leaves the value usable, such as an unknown key in it. */
export function explainFinding(finding: Finding, site: Site, report: Report): boolean {
  const { node, key, rule } = site;
  switch (finding.keyword) {
    case 'if':
    case 'propertyNames':
      return false;
    case 'additionalProperties':
      reportUnknownKey(finding.params.additionalProperty ?? '', site, report);
      return false;
    case 'required':
      reportMissingKey(finding, site, report);
      return true;
    case 'false schema':
      report.error('unknown-key', key ?? node.origin, `"${site.name ?? ''}" has no place here`, {
        remedy: ['optional', 'source', 'private'].includes(site.name ?? '')
          ? 'It goes with "path".'
          : 'It goes with "stage" and "output"; an input has either these or "path".',
      });
      return true;
    default:
      if (finding.propertyName !== undefined) {
        reportName(finding.propertyName, node, report);
        return false;
      }
      report.error(
        finding.keyword === 'type' ? 'wrong-type' : 'wrong-value',
        node.origin,
        `expected ${titleOf(rule)}, got ${described(node)}`,
        suggestionFor(node, rule),
      );
      return true;
  }
}

/** A folder without its slash is the one value that is certainly meant. */
function suggestionFor(node: ConfigNode, rule: Rule): { readonly suggestion?: string } {
  const isFolder = rule.title === 'a folder that ends in "/"';
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
  return isFolder && text !== '' ? { suggestion: `${text}/` } : {};
}

function reportUnknownKey(unknown: string, { node, rule }: Site, report: Report): void {
  const allowed = Object.keys(rule.properties ?? {});
  const at = node.kind === 'object' ? node.members.get(unknown)?.key : undefined;
  const foreign = foreignKey(rule.title, unknown);
  report.error('unknown-key', at ?? node.origin, `unknown key "${unknown}"`, {
    suggestion: foreign === undefined ? suggest(unknown, allowed) : foreign.suggestion,
    remedy: foreign?.remedy ?? `Allowed here: ${list(allowed, 20)}.`,
  });
}

function reportMissingKey(finding: Finding, { node, key, name, rule, siblings }: Site, report: Report): void {
  const missing = finding.params.missingProperty ?? '';
  if (isMisspelt(missing, rule, finding, siblings)) return;
  report.error(
    'missing-key',
    key ?? node.origin,
    name === undefined ? `"${missing}" is missing` : `"${missing}" is missing in "${name}"`,
    { remedy: missing === 'stages' ? FIRST_STAGE : `Add it: "${missing}" is ${titleOf(rule.properties?.[missing])}.` },
  );
}

function reportName(name: string, node: ConfigNode, report: Report): void {
  const at = node.kind === 'object' ? node.members.get(name)?.key : undefined;
  report.error('invalid-name', at ?? node.origin, `"${name}" cannot be used as a name`, {
    remedy: 'A name consists of letters, digits, _ and -, and begins with a letter.',
  });
}

/** True if an unknown key of the same object, reported anyway, stands for the missing one. */
function isMisspelt(missing: string, rule: Rule, finding: Finding, siblings: readonly Finding[]): boolean {
  return siblings.some(({ keyword, instancePath, params: { additionalProperty: unknown } }) => {
    if (keyword !== 'additionalProperties' || instancePath !== finding.instancePath || unknown === undefined)
      return false;
    return suggest(unknown, [missing]) !== undefined || foreignKey(rule.title, unknown)?.suggestion === missing;
  });
}
