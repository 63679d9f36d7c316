/** IDRiD, disease grading (Porwal et al. 2018): fundus photographs in five grades of retinopathy. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok } from '../../../util/result.ts';
import { parseCsv } from '../csv.ts';
import type { ListingFault, Reader, ListedImage } from './listing.ts';
import { listTree, findPath } from './tree.ts';

const ROOT = 'B. Disease Grading';
const SPLITS = [
  {
    split: 'train',
    images: `${ROOT}/1. Original Images/a. Training Set`,
    labels: `${ROOT}/2. Groundtruths/a. IDRiD_Disease Grading_Training Labels.csv`,
  },
  {
    split: 'test',
    images: `${ROOT}/1. Original Images/b. Testing Set`,
    labels: `${ROOT}/2. Groundtruths/b. IDRiD_Disease Grading_Testing Labels.csv`,
  },
] as const;
const GRADES = ['0', '1', '2', '3', '4'];

export const idrid: Reader = async (folder) => {
  const samples: ListedImage[] = [];
  const faults: ListingFault[] = [];
  for (const { split, images, labels } of SPLITS) {
    const table = await findPath(folder, labels);
    if (!table.ok) return table;
    const found = await findPath(folder, images);
    if (!found.ok) return found;
    // The names start at 001 again in the test folder: only the path tells images apart.
    const files = new Map(
      (await listTree(join(folder, images))).files.map((file) => [file.replace(/\.jpe?g$/i, ''), `${images}/${file}`]),
    );
    for (const { line, cells } of parseCsv(
      await readFile(table.value, 'utf8'),
      ['Image name', 'Retinopathy grade'],
      table.value,
    )) {
      const name = cells['Image name'].trim();
      const label = cells['Retinopathy grade'].trim();
      const image = files.get(name);
      files.delete(name);
      if (image === undefined)
        faults.push({ file: `${images}/${name}.jpg`, reason: `${labels}:${line} names it, but it is not there` });
      else if (!GRADES.includes(label))
        faults.push({
          file: image,
          reason: `${labels}:${line}: the grade "${label}" is unknown; ${GRADES.join(', ')} are known`,
        });
      else samples.push({ image, label, group: image, split });
    }
    for (const image of files.values()) faults.push({ file: image, reason: `${labels} does not name it` });
  }
  return ok({
    name: 'idrid',
    title: 'IDRiD disease grading',
    classes: GRADES,
    ordinal: true,
    domain: 'fundus',
    source: 'Porwal et al., Data 3(3):25, 2018',
    samples,
    faults,
  });
};
