/**
 * Tables in which an image may have several labels: `Effusion|Edema`, or a column of 0 and 1 for each finding.
 */
import { faultOfFindingName, formatFindings, type FindingState } from '../findings.ts';
import { isMissing } from './words.ts';

const SEPARATORS = ['|', ';', '/', '+', ','];

/** Words that people write for an image without a finding, where others have a list. */
const NOTHING = new Set(['none', 'no finding', 'no findings', 'normal', 'healthy', 'negative']);

/** Labels of several findings, each as one text. */
export interface JoinedFindings {
  readonly findings: readonly string[];
  readonly labels: readonly string[];
}

/** The findings in labels that join others: one separator, all of whose parts occur as labels or in several joins. */
export function joinedFindings(labels: readonly string[]): JoinedFindings | undefined {
  const distinct = new Set(labels);
  for (const separator of SEPARATORS) {
    const partsOf = (label: string) => label.split(separator).map((part) => part.trim());
    const joined = [...distinct].filter((label) => label.includes(separator));
    const parts = joined.flatMap(partsOf);
    if (joined.length === 0 || parts.includes('')) continue;
    const isKnown = (part: string) => distinct.has(part) || parts.filter((other) => other === part).length > 1;
    if (separator !== '|' && !parts.every(isKnown)) continue;
    const named = labels.map((label) => partsOf(label).filter((part) => !NOTHING.has(part.toLowerCase())));
    const findings = [...new Set(named.flat())].sort((a, b) => (a < b ? -1 : 1));
    const stateIn = (own: readonly string[]) => (finding: string) => (own.includes(finding) ? 1 : 0);
    return { findings, labels: named.map((own) => formatFindings(findings.map(stateIn(own)), findings)) };
  }
  return undefined;
}

/** Columns that may hold 0 and 1 and are no findings. Others are named by the user. */
const NO_FINDING_COLUMN = /^(sex|gender|male|female|is[_ ]?male|age|fold|view|side|laterality)$/i;

/** Columns of 0 and 1, and the meaning of all of them together. */
export type Indicators =
  | { readonly kind: 'none' }
  /** `classes`: one 1 in each row, the column is the class. `findings`: others, or labels that are not known. */
  | { readonly kind: 'classes' | 'findings'; readonly columns: readonly string[] };

/** `rows`: the cells of each row by column. Columns of other roles are left out. */
export function indicatorColumns(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): Indicators {
  const statesOf = (column: string) => rows.map((row) => findingState(row[column]));
  const found = columns.filter((column) => {
    if (NO_FINDING_COLUMN.test(column)) return false;
    const states = statesOf(column);
    return states.every((state) => state !== undefined) && states.some((state) => state !== -1);
  });
  if (found.length < 2) return { kind: 'none' };
  return {
    kind: rows.every((row) => isOneOf(found.map((column) => findingState(row[column])))) ? 'classes' : 'findings',
    columns: found,
  };
}

/** True if one of the labels is 1 and the others are 0. */
export const isOneOf = (states: readonly (FindingState | undefined)[]): boolean =>
  states.every((state) => state === 0 || state === 1) && states.filter((state) => state === 1).length === 1;

/** -1 and blank are not known; undefined for any other text than these, 0 and 1. */
export function findingState(cell = ''): FindingState | undefined {
  if (isMissing(cell)) return -1;
  if (/^true$/i.test(cell.trim())) return 1;
  if (/^false$/i.test(cell.trim())) return 0;
  const value = Number(cell.trim());
  return ([0, 1, -1] as const).find((state) => state === value);
}

/** The reason why these names cannot be findings, with the remedy; undefined if they can. */
export function faultOfFindings(names: readonly string[]): string | undefined {
  if (names.length < 2)
    return (
      `there is one finding only (${names.join('')}). Two at least are expected; for one, give a column of labels with two ` +
      'values, such as "Edema" and "none".'
    );
  for (const name of names) {
    const fault = faultOfFindingName(name);
    if (fault !== undefined) return `the finding "${name}" needs another name: ${fault}.`;
  }
  return undefined;
}
