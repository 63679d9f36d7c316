/** Looks for leaks in a data set before anything is trained on it: images, table, dataset -> audit, pictures. */
import { writeFile } from 'node:fs/promises';
import { auditDataset } from '../src/learn/dataset/audit/audit.ts';
import { findDuplicates } from '../src/learn/dataset/audit/duplicates.ts';
import { hashImages } from '../src/learn/dataset/audit/hashed-images.ts';
import { drawPairExamples, choosePairExamples } from '../src/learn/dataset/audit/pair-examples.ts';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { openPackedImages } from '../src/learn/dataset/packed-images.ts';
import { readTable } from '../src/learn/dataset/table.ts';
import type { Stage } from '../src/stage/index.ts';

export default async function (stage: Stage): Promise<void> {
  const [table, { classes }] = [await readTable(stage.input('table')), await readDataset(stage.input('dataset'))];
  const images = await openPackedImages(stage.input('images'));
  const seen = await hashImages(images, (done) => {
    stage.progress({ done, total: images.count, unit: 'images' });
  });
  const found = auditDataset(table, classes, seen, findDuplicates(seen));
  const shown = choosePairExamples(found, table);
  await drawPairExamples(stage.output('pictures'), shown, table, images);
  await images.close();
  await writeFile(stage.output('audit'), `${JSON.stringify({ ...found, shown }, null, 2)}\n`);
  const { exact, near } = found.summary;
  if (exact.acrossSplits + near.acrossSplits > 0)
    stage.warn(
      `${exact.acrossSplits} equal and ${near.acrossSplits} nearly equal pairs of images are on both sides of the published split.`,
    );
  if (exact.acrossClasses > 0) stage.warn(`${exact.acrossClasses} pairs of equal images have two different labels.`);
}
