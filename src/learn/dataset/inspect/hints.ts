/** Facts that a user may want to act on before a study: mostly groups that the labels do not show. */
import { csvColumns } from '../csv.ts';
import type { Listing, ReaderName } from '../reader/index.ts';
import { listTree } from '../reader/tree.ts';
import { readTableText } from '../user-table/read-text.ts';
import { findSeparator } from '../user-table/separator.ts';
import path from 'node:path';
import type { InspectRequest } from './request.ts';

export async function findHints(
  request: InspectRequest,
  reader: ReaderName,
  { samples }: Listing,
): Promise<readonly string[]> {
  const alone = samples.every(({ image, group }) => image === group);
  if (!alone) return [];
  if (reader === 'folders') return folderHints(samples.map(({ image }) => image));
  if (reader === 'csv') return columnHints(request);
  return [];
}

/** Images deeper than `part/class/file` lie in folders that often are patients. */
function folderHints(images: readonly string[]): string[] {
  const depth = Math.min(...images.map((image) => image.split('/').length));
  const folders = new Set(images.filter((image) => image.split('/').length > 2).map((image) => path.dirname(image)));
  const deeper = [...folders].filter((folder) => folder.split('/').length >= Math.max(2, depth - 1));
  const inner = deeper.filter((folder) => !isPart(folder));
  if (inner.length < 2) return [];
  return [
    `${inner.length} folders lie below the classes, ${inner[0] ?? ''} for one. If each is a patient, add --group folder: ` +
      'else images of one patient may be trained on and tested.',
  ];
}

/** `train/cat` is a part with a class, not a class with a patient. */
const isPart = (folder: string): boolean =>
  /^(train|test|val|dev|hold|fold|cv|split)/i.test(folder) && folder.split('/').length === 2;

const GROUP_COLUMN = /patient|subject|person|lesion|case|study|exam|participant/i;

async function columnHints({ images, labels, columns }: InspectRequest): Promise<string[]> {
  if (columns.group !== undefined) return [];
  const file =
    labels ??
    (await listTree(images)).files
      .filter((name) => /\.(csv|tsv)$/i.test(name))
      .map((name) => path.join(images, name))[0];
  if (file === undefined) return [];
  const { text } = await readTableText(file);
  const likely = csvColumns(text, findSeparator(text)).filter((name) => GROUP_COLUMN.test(name));
  return likely.map(
    (name) =>
      `The column ${name} is not used. If it names the patient, add --group ${name}: else images of one patient may be ` +
      'trained on and tested.',
  );
}
