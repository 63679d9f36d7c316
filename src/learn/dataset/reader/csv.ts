/**
 * A folder with one table that names its images: columns `image` and `label`; `group` and `split` if it has them.
 * Tables come from spreadsheets: separator and encoding are found, and words for missing values and subsets are known.
 */
import { basename, resolve } from 'node:path';
import { byCodeUnit } from '../../../util/canonical-json.ts';
import { at } from '../../../util/known.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { csvColumns, parseCsv } from '../csv.ts';
import { countFindings, findingNotices, formatFindings } from '../findings.ts';
import { identifierFinder, isIdentifierColumn } from '../dicom/identifiers.ts';
import { isInScan, scanDicom } from '../dicom/scan.ts';
import type { PublishedSplit } from '../table.ts';
import { imageFinder } from '../user-table/find-image.ts';
import { readTableText, type TableText } from '../user-table/read-text.ts';
import { findSeparator, SEPARATOR_NAMES, type Separator } from '../user-table/separator.ts';
import {
  faultOfFindings,
  findingState,
  indicatorColumns,
  joinedFindings,
  type Indicators,
} from '../user-table/several-labels.ts';
import { isMissing, isUnknownGroup, nearlyEqualLabels, normalizeLabel, subsetOfWord } from '../user-table/words.ts';
import type { Columns, ListedImage, Listing, ListingFault, Reader } from './listing.ts';
import { filesBelow, isImage, listTree } from './tree.ts';

interface UserTable {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly path: string;
  readonly content: TableText;
  readonly separator: Separator;
  /** Name of the column for each role that the table has. */
  readonly columns: Omit<Columns, 'keep' | 'label' | 'findings'> & { readonly image: string };
  /** One column, or a column of 0 and 1 for each class or finding. */
  readonly label:
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'classes' | 'findings'; readonly columns: readonly string[] };
  /** Further columns that pass into the table of the data set. */
  readonly kept: readonly string[];
}

/** All images that a cell means: one file, or the DICOM files of an identifier. */
type FindImages = (cell: string) => Result<readonly string[], string>;

type Row = ReturnType<typeof parseCsv<string>>[number];

/** The meaning of one row, or the fault in it. */
type ReadRow =
  | { readonly kind: 'images'; readonly images: readonly ListedImage[]; readonly groupKnown: boolean }
  | { readonly kind: 'fault'; readonly fault: ListingFault };

export const csv: Reader = async (folder, { columns = {}, table: elsewhere } = {}) => {
  const found = await openTable(folder, columns, elsewhere);
  if (!found.ok) return found;
  const table = found.value;
  const labels = table.label.kind === 'column' ? [table.label.name] : table.label.columns;
  const wanted = [...new Set([...Object.values(table.columns), ...labels, ...table.kept])];
  const rows = parseCsv<string>(table.content.text, wanted, table.path, table.separator);
  const files = (await filesBelow(folder, '')).filter((file) => file !== table.name);
  const dicom = await scanDicom(folder, files);
  const findFile = imageFinder(files.filter((file) => isImage(file) || isInScan(dicom, file)));
  const byIdentifier = identifierFinder(dicom);
  const findImages: FindImages = (cell) => {
    const file = findFile(cell);
    if (file.ok) return ok([file.value]);
    return dicom.headers.size === 0 ? file : byIdentifier(cell);
  };
  const seen = new Set<string>();
  const read = rows.map((row) => readRow(row, table, findImages, seen, dicom.headers.size > 0));
  const samples = read.flatMap((row) => (row.kind === 'images' ? row.images : []));
  const faults = read.flatMap((row) => (row.kind === 'fault' ? [row.fault] : []));

  const labeled = withLabels(samples, table, faults);
  if (!labeled.ok) return err(labeled.error);
  const name = basename(resolve(folder));
  const unknown = read.filter((row) => row.kind === 'images' && !row.groupKnown).length;
  const { task, classes } = labeled.value;
  const counts = task === 'findings' ? countFindings(labeled.value.samples, classes) : [];
  const notices = [...readAs(table), ...unknownGroups(table, unknown, samples.length), ...findingNotices(counts)];
  const described = { name, title: name, ordinal: false, domain: null, source: table.name };
  return ok({ ...described, ...labeled.value, faults, notices, dicom });
};

type Labeled = Pick<Listing, 'task' | 'classes' | 'samples'>;

/** The classes or findings of all samples. */
function withLabels(
  samples: readonly ListedImage[],
  table: UserTable,
  faults: readonly ListingFault[],
): Result<Labeled, string> {
  if (table.label.kind === 'findings') return withFindings(table.label.columns, samples, table);
  const labels = samples.map(({ label }) => label);
  const joined = joinedFindings(labels);
  if (joined !== undefined) {
    const parted = samples.map((sample, i) => ({ ...sample, label: at(joined.labels, i) }));
    return withFindings(joined.findings, parted, table);
  }
  const classes = [...new Set(labels)].sort(byCodeUnit);
  const twins = nearlyEqualLabels(classes);
  if (twins) return err(`${table.path}: the labels "${twins.join('" and "')}" differ by case or spaces only. ${ONE}`);
  if (classes.length < 2) return err(tooFewClasses(table.path, classes, faults));
  return ok({ classes, samples });
}

function withFindings(
  classes: readonly string[],
  samples: readonly ListedImage[],
  { path }: UserTable,
): Result<Labeled, string> {
  const twins = nearlyEqualLabels(classes);
  if (twins) return err(`${path}: the findings "${twins.join('" and "')}" differ by case or spaces only. ${ONE}`);
  const fault = faultOfFindings(classes);
  return fault === undefined ? ok({ task: 'findings', classes, samples }) : err(`${path}: ${fault}`);
}

const ONE = 'Write them alike, or give them names of their own.';

async function openTable(folder: string, wanted: Columns, elsewhere?: string): Promise<Result<UserTable, string>> {
  const { files } = await listTree(folder);
  const tables = elsewhere === undefined ? files.filter((file) => /\.(csv|tsv)$/i.test(file)) : [elsewhere];
  const [given] = tables;
  if (given === undefined || tables.length > 1)
    return err(
      `${folder} holds ${tables.length === 0 ? 'no CSV file' : tables.join(', ')}; exactly one, with the columns ` +
        'image and label, is expected.',
    );
  const path = resolve(folder, given);
  const name = basename(path);
  const content = await readTableText(path);
  const separator = findSeparator(content.text);
  const header = csvColumns(content.text, separator);
  const columnOf = (role: Role): string | undefined => {
    const asked = wanted[role] ?? role;
    const identifier = role === 'image' && wanted.image === undefined ? header.find(isIdentifierColumn) : undefined;
    return findColumn(asked) ?? identifier;
  };
  const findColumn = (asked: string): string | undefined =>
    header.find((known) => known === asked) ?? header.find((known) => sameName(known, asked));
  const absent = (['image', 'label', 'group', 'split'] as const).find(
    (role) => columnOf(role) === undefined && (wanted[role] !== undefined || role === 'image' || role === 'label'),
  );
  const [image, label, group, split] = [columnOf('image'), columnOf('label'), columnOf('group'), columnOf('split')];
  const others = header.filter((name) => ![image, group, split, ...(wanted.keep ?? [])].includes(name));
  const named = (wanted.findings ?? []).map((asked) => ({ asked, column: findColumn(asked) }));
  const lost = named.find(({ column }) => column === undefined);
  if (lost !== undefined) return err(noColumn(path, lost.asked, 'findings', header, separator));
  const indicators: Indicators =
    named.length > 0
      ? { kind: 'findings', columns: named.flatMap(({ column }) => column ?? []) }
      : absent === 'label' && wanted.label === undefined && image !== undefined
        ? indicatorColumns(
            others,
            parseCsv<string>(content.text, others, path, separator).map(({ cells }) => cells),
          )
        : { kind: 'none' };
  const labels: UserTable['label'] | undefined =
    indicators.kind !== 'none' ? indicators : label === undefined ? undefined : { kind: 'column', name: label };
  if (image === undefined || labels === undefined || (absent !== undefined && absent !== 'label')) {
    const role = absent ?? 'image';
    return err(noColumn(path, wanted[role] ?? role, role, header, separator));
  }
  const columns = { image, ...(group !== undefined && { group }), ...(split !== undefined && { split }) };
  const kept = (wanted.keep ?? []).flatMap((column) => findColumn(column) ?? []);
  return ok({ name, path, content, separator, columns, label: labels, kept });
}

type Role = Exclude<keyof Columns, 'keep' | 'findings'>;

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function noColumn(path: string, column: string, role: string, header: readonly string[], separator: Separator): string {
  const cut =
    `The first line, cut at each ${SEPARATOR_NAMES[separator]}, has the columns ` +
    `${header.map((name) => `"${name}"`).join(', ')}.`;
  return `${path}:1: the column ${column} is missing. ${cut} Name the right one: "columns": { "${role}": "..." }.`;
}

function readRow(
  row: Row,
  table: UserTable,
  findImages: FindImages,
  seen: Set<string>,
  /** A cell may be an identifier of a patient: messages name the line instead. */
  isConfidential: boolean,
): ReadRow {
  const { columns } = table;
  const cell = (name: string | undefined): string => (name === undefined ? '' : (row.cells[name] ?? '').trim());
  const written = cell(columns.image);
  const fault = (reason: string): ReadRow => ({
    kind: 'fault',
    fault: {
      file: isConfidential ? `line ${row.line}` : written,
      reason: `${table.name}:${row.line}: ${reason}`,
    },
  });

  const images = findImages(written);
  if (!images.ok) return fault(images.error);
  const label = labelIn(row, table);
  if (!label.ok) return fault(label.error);
  const split = readSubset(cell(columns.split));
  if (split === undefined)
    return fault(`split: expected train, validation, test or nothing, got "${cell(columns.split)}"`);
  if (images.value.some((image) => seen.has(image))) return fault('it is listed twice');
  for (const image of images.value) seen.add(image);
  const group = cell(columns.group);
  const unknown = isUnknownGroup(group);
  const facts = Object.fromEntries(table.kept.map((column) => [column, cell(column)]));
  return {
    kind: 'images',
    images: images.value.map((image) => ({
      image,
      label: label.value,
      group: unknown ? image : group,
      split,
      ...(table.kept.length > 0 && { facts }),
    })),
    groupKnown: columns.group === undefined || !unknown,
  };
}

/** The class of a row, or its findings as one text. */
function labelIn({ cells }: Row, { label }: UserTable): Result<string, string> {
  const cell = (name: string): string => (cells[name] ?? '').trim();
  if (label.kind === 'findings') {
    const states = label.columns.map((name) => findingState(cell(name)));
    const wrong = label.columns.find((_, k) => states[k] === undefined);
    if (wrong !== undefined)
      return err(`${wrong} is "${cell(wrong)}"; 1, 0, or -1 or nothing for a label that is not known, is expected`);
    if (states.every((state) => state === -1)) return err('it has no label: none of its findings is known');
    return ok(
      formatFindings(
        states.flatMap((state) => state ?? []),
        label.columns,
      ),
    );
  }
  const text =
    label.kind === 'column' ? cell(label.name) : (label.columns.find((name) => findingState(cell(name)) === 1) ?? '');
  if (isMissing(text)) return err(text === '' ? 'it has no label' : `it has no label, but "${text}"`);
  return ok(normalizeLabel(text));
}

const readSubset = (cell: string): PublishedSplit | undefined => (isMissing(cell) ? '' : subsetOfWord(cell));

/** The findings about a file that is not plain CSV in UTF-8. */
function readAs({ name, content, separator }: UserTable): string[] {
  const facts = [
    ...(content.encoding === 'Windows-1252' ? ['its bytes are no UTF-8, and are read as Windows-1252'] : []),
    ...(separator === ',' ? [] : [`its cells are cut at each ${SEPARATOR_NAMES[separator]}`]),
  ];
  return facts.length === 0 ? [] : [`${name}: ${facts.join('; ')}.`];
}

function unknownGroups({ name, columns }: UserTable, unknown: number, images: number): string[] {
  if (unknown === 0) return [];
  const column = columns.group ?? 'group';
  const text = `${name}: the group (column ${column}) of ${unknown} of ${images} images is not known.`;
  return [
    `${text} Each of them counts as a group of its own, so images of one patient may be on both sides of a split.`,
  ];
}

/** The reasons come first: a table whose rows all fail has one cause. */
function tooFewClasses(path: string, classes: readonly string[], faults: readonly ListingFault[]): string {
  const [only] = classes;
  const shown = faults.slice(0, 5).map(({ file, reason }) => `  ${file}: ${reason}`);
  const more = faults.length > 5 ? [`  and ${faults.length - 5} more`] : [];
  const found = only === undefined ? 'no existing image' : `the class "${only}" only`;
  const text = `${path} names ${found}; at least two classes are expected.`;
  return faults.length === 0 ? text : [text, `${faults.length} row(s) cannot be used:`, ...shown, ...more].join('\n');
}
