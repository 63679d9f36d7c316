/**
 * A folder with one CSV file that names its images: columns `image` and `label`; `group` and `split` if it has them.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { err, ok } from '../../../util/result.ts';
import { csvColumns, parseCsv } from '../csv.ts';
import { isPublishedSplit } from '../table.ts';
import type { ListingFault, Reader, ListedImage } from './listing.ts';
import { listTree } from './tree.ts';

export const csv: Reader = async (folder) => {
  const { files } = await listTree(folder);
  const tables = files.filter((file) => /\.csv$/i.test(file));
  const table = tables[0];
  if (table === undefined || tables.length > 1)
    return err(
      `${folder} holds ${tables.length === 0 ? 'no CSV file' : tables.join(', ')}; exactly one, with the columns image and label, is expected.`,
    );
  const path = join(folder, table);
  const text = await readFile(path, 'utf8');
  const optional = (['group', 'split'] as const).filter((column) => csvColumns(text).includes(column));

  const samples: ListedImage[] = [];
  const faults: ListingFault[] = [];
  const seen = new Set<string>();
  for (const { line, cells } of parseCsv<'image' | 'label' | 'group' | 'split'>(
    text,
    ['image', 'label', ...optional],
    path,
  )) {
    const image = cells.image.trim().replaceAll('\\', '/');
    const fault = (reason: string) => faults.push({ file: image, reason: `${table}:${line}: ${reason}` });
    const label = cells.label.trim();
    const split = optional.includes('split') ? cells.split.trim().toLowerCase() : '';
    if (image === '' || isAbsolute(image) || image.split('/').includes('..'))
      fault('a path below the folder is expected');
    else if (label === '') fault('it has no label');
    else if (!isPublishedSplit(split)) fault(`split: expected train, validation, test or nothing, got "${split}"`);
    else if (seen.has(image)) fault('it is listed twice');
    else if (!(await stat(join(folder, image)).catch(() => null))?.isFile()) fault('it is not there');
    else
      samples.push({
        image,
        label,
        group: optional.includes('group') && cells.group.trim() !== '' ? cells.group.trim() : image,
        split,
      });
    seen.add(image);
  }
  const classes = [...new Set(samples.map(({ label }) => label))].sort((a, b) => (a < b ? -1 : 1));
  if (classes.length < 2)
    return err(
      `${path} names ${classes.length === 0 ? 'no existing image' : `the class "${classes[0]!}" only`}; at least two classes are expected.`,
    );
  const name = basename(resolve(folder));
  return ok({ name, title: name, classes, ordinal: false, domain: null, source: table, samples, faults });
};
