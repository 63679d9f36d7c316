/** The labels of MedMNIST's arrays: the number of a class, or a column of 0 and 1 for each finding. */
import { at, entry } from '../../../util/known.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { formatFindings } from '../findings.ts';
import { faultOfFindings, findingState, isOneOf } from '../user-table/several-labels.ts';
import type { Listing } from './listing.ts';

export interface LabelTable {
  readonly count: number;
  /** Row-major [count, columns]. */
  readonly labels: readonly number[];
  readonly columns: number;
}

interface Labels extends Pick<Listing, 'task' | 'classes'> {
  /** Of one image of a part. */
  readonly labelOf: (part: LabelTable, image: number) => string;
}

/** One column: the number of the class. Several columns of 0 and 1: findings, or classes if each row has one 1. */
export function readLabels(
  parts: readonly LabelTable[],
  classNames: readonly string[] | undefined,
): Result<Labels, string> {
  const { columns } = at(parts, 0);
  if (parts.some((part) => part.columns !== columns)) return err('the parts have labels of different width.');
  return columns === 1 ? numberedClasses(parts, classNames) : columnsOfLabels(parts, columns, classNames);
}

function numberedClasses(
  parts: readonly LabelTable[],
  classNames: readonly string[] | undefined,
): Result<Labels, string> {
  const numbers = [...new Set(parts.flatMap(({ labels }) => labels))].sort((a, b) => a - b);
  const wrong = numbers.find(
    (number) => !Number.isInteger(number) || number < 0 || (classNames !== undefined && number >= classNames.length),
  );
  if (wrong !== undefined) {
    const expected =
      classNames === undefined
        ? 'whole numbers from 0 are expected'
        : `${classNames.length} classes are named: ${classNames.join(', ')}`;
    return err(`there is a label ${wrong}; ${expected}.`);
  }
  const nameOf = (label: number) => classNames?.[label] ?? String(label);
  return ok({ classes: classNames ?? numbers.map(String), labelOf: ({ labels }, image) => nameOf(at(labels, image)) });
}

function columnsOfLabels(
  parts: readonly LabelTable[],
  columns: number,
  names: readonly string[] = Array.from({ length: columns }, (_, k) => String(k)),
): Result<Labels, string> {
  if (names.length !== columns)
    return err(`the labels have ${columns} columns, but ${names.length} names are given: ${names.join(', ')}.`);
  const states = new Map(parts.map((part) => [part, part.labels.map((label) => findingState(String(label)))]));
  const wrong = parts.flatMap(({ labels }) => labels).find((label) => findingState(String(label)) === undefined);
  if (wrong !== undefined)
    return err(`there is a label ${wrong}; 1, 0, or -1 for a label that is not known, is expected in each column.`);
  const fault = faultOfFindings(names);
  if (fault !== undefined) return err(fault);
  const rowOf = (part: LabelTable, image: number) =>
    entry(states, part)
      .slice(image * columns, (image + 1) * columns)
      .flatMap((state) => state ?? []);
  const exclusive = parts.every((part) =>
    Array.from({ length: part.count }, (_, i) => i).every((i) => isOneOf(rowOf(part, i))),
  );
  return ok({
    ...(!exclusive && { task: 'findings' as const }),
    classes: names,
    labelOf: (part, image) =>
      exclusive ? at(names, rowOf(part, image).indexOf(1)) : formatFindings(rowOf(part, image), names),
  });
}
