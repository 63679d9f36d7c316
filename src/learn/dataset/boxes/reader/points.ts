/**
 * Images with landmarks in a table (CSV): a row with the columns `image`, `label`, `x` and `y` for each point, in
 * pixels of the upright picture. An image that no row names has no label.
 */
import { basename, join } from 'node:path';
import { err, ok } from '../../../../util/result.ts';
import type { LabeledObject } from '../../../../formats/objects.ts';
import { csvColumns, parseCsv } from '../../csv.ts';
import type { ListingFault } from '../../reader/listing.ts';
import { filesBelow } from '../../reader/tree.ts';
import { imageFinder } from '../../user-table/find-image.ts';
import { readTableText } from '../../user-table/read-text.ts';
import { findSeparator } from '../../user-table/separator.ts';
import type { BoxReader, ImageLabels } from '../listing.ts';
import { ownImages, ownListing } from './own-images.ts';

const COLUMNS = ['image', 'label', 'x', 'y'] as const;

export const points: BoxReader = async (folder, options) => {
  const table = options.labels ?? (await onlyTable(folder));
  if (table === undefined)
    return err(
      `${folder} has not exactly one table (.csv); name it by the input "labels". Its columns: ${COLUMNS.join(', ')}.`,
    );
  const { text } = await readTableText(table);
  const separator = findSeparator(text);
  const missing = COLUMNS.filter((column) => !csvColumns(text, separator).includes(column));
  if (missing.length > 0)
    return err(`${table}: the columns ${COLUMNS.join(', ')} are expected; ${missing.join(', ')} is missing.`);
  const images = await ownImages(folder);
  const find = imageFinder(images);
  const names: string[] = [];
  const faults: ListingFault[] = [];
  const objectsOf = new Map<string, LabeledObject[]>();
  for (const { line, cells } of parseCsv(text, COLUMNS, table, separator)) {
    const image = find(cells.image);
    if (!image.ok) {
      faults.push({ file: cells.image, reason: `${basename(table)}:${line}: ${image.error}` });
      continue;
    }
    const label = cells.label.trim();
    const [left, top] = [cells.x, cells.y].map((cell) => (cell.trim() === '' ? NaN : Number(cell))) as [number, number];
    if (label === '' || !Number.isFinite(left) || !Number.isFinite(top)) {
      faults.push({ file: image.value, reason: `${basename(table)}:${line}: a label and two numbers are expected` });
      continue;
    }
    if (!names.includes(label)) names.push(label);
    const own = objectsOf.get(image.value) ?? [];
    objectsOf.set(image.value, own);
    own.push({ class: names.indexOf(label), left, top, width: 0, height: 0 });
  }
  const broken = new Set(faults.map(({ file }) => file));
  const labelsOf = new Map<string, ImageLabels>(
    [...objectsOf]
      .filter(([image]) => !broken.has(image))
      .map(([image, objects]) => [image, { unit: 'pixels', objects }]),
  );
  const objectClasses = names.map((name) => ({ name, kind: 'point' as const }));
  return ok(ownListing(folder, images, { objectClasses, labelsOf, faults, notices: [] }, options));
};

async function onlyTable(folder: string): Promise<string | undefined> {
  const tables = (await filesBelow(folder, '')).filter((file) => /\.csv$/i.test(file));
  const [only, ...others] = tables;
  return only === undefined || others.length > 0 ? undefined : join(folder, only);
}
