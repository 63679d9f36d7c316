/** HAM10000 (Tschandl et al. 2018; ISIC 2018 task 3): dermoscopy in seven classes, several images of some lesions. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok } from '../../../util/result.ts';
import { parseCsv } from '../csv.ts';
import type { ListingFault, Reader, ListedImage } from './listing.ts';
import { listTree, findPath } from './tree.ts';

const METADATA = 'HAM10000_metadata.csv';
const PARTS = ['HAM10000_images_part_1', 'HAM10000_images_part_2'];
const CLASSES = ['akiec', 'bcc', 'bkl', 'df', 'mel', 'nv', 'vasc'];

export const ham10000: Reader = async (folder) => {
  const metadata = await findPath(folder, METADATA);
  if (!metadata.ok) return metadata;
  const images = new Map<string, string>();
  for (const part of PARTS) {
    const found = await findPath(folder, part);
    if (!found.ok) return found;
    for (const file of (await listTree(join(folder, part))).files)
      images.set(file.replace(/\.jpe?g$/i, ''), `${part}/${file}`);
  }

  const samples: ListedImage[] = [];
  const faults: ListingFault[] = [];
  for (const { line, cells } of parseCsv(
    await readFile(metadata.value, 'utf8'),
    ['lesion_id', 'image_id', 'dx'],
    metadata.value,
  )) {
    const id = cells.image_id.trim();
    const label = cells.dx.trim();
    const image = images.get(id);
    images.delete(id);
    if (image === undefined)
      faults.push({ file: id, reason: `${METADATA}:${line} names it, but ${PARTS.join(' and ')} hold no such image` });
    else if (!CLASSES.includes(label))
      faults.push({
        file: image,
        reason: `${METADATA}:${line}: the class "${label}" is unknown; ${CLASSES.join(', ')} are known`,
      });
    else samples.push({ image, label, group: cells.lesion_id.trim(), split: '' });
  }
  for (const image of images.values()) faults.push({ file: image, reason: `${METADATA} does not name it` });
  return ok({
    name: 'ham10000',
    title: 'HAM10000',
    classes: CLASSES,
    ordinal: false,
    domain: 'skin',
    source: 'Tschandl, Rosendahl, Kittler, Scientific Data 5:180161, 2018',
    samples,
    faults,
  });
};
