/** The difference of two versions of data, in lines. */
import {
  classOf,
  countsByFolder,
  type FileClass,
  type VersionDifference,
} from '../../runner/data-versions/differences.ts';
import type { TableDifference } from '../../runner/data-versions/table-differences.ts';
import { count } from '../text/count.ts';

/** Names up to this number are listed, the others are counted by folder. */
const NAMED = 10;

const TITLES: Readonly<Record<FileClass, string>> = { image: 'images', table: 'tables', file: 'other files' };

export function differenceLines(difference: VersionDifference, limit = NAMED): string[] {
  const classes: FileClass[] = ['image', 'table', 'file'];
  return [...classes.flatMap((each) => linesOfClass(each, difference, limit)), ...tableLines(difference, limit)];
}

function linesOfClass(wanted: FileClass, { came, went, changed, moved }: VersionDifference, limit: number): string[] {
  const of = (names: readonly string[]): string[] => names.filter((name) => classOf(name) === wanted);
  const moves = moved.filter(({ to }) => classOf(to) === wanted);
  const groups: readonly (readonly [verb: string, mark: string, names: readonly string[]])[] = [
    ['came', '+ ', of(came)],
    ['went', '- ', of(went)],
    ['changed', '~ ', of(changed)],
  ];
  const numbers = [...groups.map(([verb, , names]) => [names.length, verb] as const), [moves.length, 'moved'] as const];
  const told = numbers.filter(([number]) => number > 0).map(([number, verb]) => `${number} ${verb}`);
  if (told.length === 0) return [];
  const lines = groups.flatMap(([, mark, names]) => namesAndCounts(names, mark, limit));
  const pairs = moves.slice(0, limit).map(({ from, to }) => `    ${shownName(from)} -> ${shownName(to)}`);
  const more = moves.length > limit ? [`    and ${moves.length - limit} more moved`] : [];
  return [`  ${TITLES[wanted]}: ${told.join(', ')}`, ...lines, ...pairs, ...more];
}

function namesAndCounts(names: readonly string[], mark: string, limit: number): string[] {
  const rest = names.slice(limit);
  const folders = countsByFolder(rest);
  const some = folders.slice(0, 5).map(({ folder, count: number }) => `${number} in ${shownName(folder)}`);
  const others = folders.length > 5 ? ', ...' : '';
  return [
    ...names.slice(0, limit).map((name) => `    ${mark}${shownName(name)}`),
    ...(rest.length > 0 ? [`    ${mark}and ${rest.length} more: ${some.join(', ')}${others}`] : []),
  ];
}

function tableLines({ tables }: VersionDifference, limit: number): string[] {
  return tables.flatMap(({ name, difference }) =>
    difference === undefined
      ? [`  labels of ${shownName(name)}: one of the two tables is not in the store`]
      : [`  labels of ${shownName(name)}: ${numbersOf(difference)}`, ...rowsOf(difference, limit)],
  );
}

function numbersOf({ came, went, cells, columnsCame, columnsWent, key }: TableDifference): string {
  const told = [
    ...(came.length > 0 ? [`${count(came.length, 'row')} came`] : []),
    ...(went.length > 0 ? [`${count(went.length, 'row')} went`] : []),
    ...(cells.length > 0 ? [`${count(cells.length, 'value')} changed`] : []),
    ...(columnsCame.length > 0 ? [`new columns ${columnsCame.join(', ')}`] : []),
    ...(columnsWent.length > 0 ? [`without columns ${columnsWent.join(', ')}`] : []),
  ];
  const rows = key === undefined ? ' (rows by number)' : ` (rows by ${key})`;
  return told.length > 0 ? told.join(', ') + rows : 'no value changed, only the way it is written';
}

function rowsOf({ came, went, cells }: TableDifference, limit: number): string[] {
  const lines = [
    ...cells.map(
      ({ row, column, before, after }) => `    ${row}: ${column} ${before || '(empty)'} -> ${after || '(empty)'}`,
    ),
    ...came.map((row) => `    + ${row}`),
    ...went.map((row) => `    - ${row}`),
  ];
  return lines.length <= limit ? lines : [...lines.slice(0, limit), `    and ${lines.length - limit} more`];
}

/** A name with a line break or another control character is quoted. */
export const shownName = (name: string): string => (/[\p{Cc}]/u.test(name) ? JSON.stringify(name) : name);
