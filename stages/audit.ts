/** Looks for leaks in a data set before anything is trained on it. */
import { auditDataset } from '../src/learn/dataset/audit/audit.ts';
import { findDuplicates } from '../src/learn/dataset/audit/duplicates.ts';
import { hashImages } from '../src/learn/dataset/audit/hashed-images.ts';
import { choosePairExamples, drawPairExamples } from '../src/learn/dataset/audit/pair-examples.ts';
import { writeAudit } from '../src/formats/audit.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { openPackedImages } from '../src/learn/dataset/packed-images.ts';
import { readTable } from '../src/learn/dataset/table.ts';
import { defineStage, input, output } from '../src/stage/index.ts';

export default defineStage({
  inputs: {
    images: input,
    table: input,
    dataset: input,
  },
  outputs: {
    /** `audit.json`. */
    audit: output,
    /** `leaks.png`: up to 24 of the pairs. */
    pictures: output,
  },
  run: async ({ inputs, outputs, stage }) => {
    const [table, { task, classes }] = [await readTable(inputs.table), await readDataset(inputs.dataset)];
    const images = await openPackedImages(inputs.images);
    const hashed = await hashImages(images, (done) => {
      stage.progress({ done, total: images.count, unit: 'images' });
    });
    const found = auditDataset(table, classes, hashed, findDuplicates(hashed), task);
    const shown = choosePairExamples(found, table);
    await drawPairExamples(outputs.pictures, shown, table, images);
    await images.close();
    await writeAudit(outputs.audit, { ...found, shown });
    const { exact, near } = found.summary;
    if (exact.acrossSplits + near.acrossSplits > 0)
      stage.warn(
        `${exact.acrossSplits} equal and ${near.acrossSplits} nearly equal pairs of images are on both sides of ` +
          'the published split.',
      );
    if (exact.acrossClasses > 0) stage.warn(`${exact.acrossClasses} pairs of equal images have two different labels.`);
  },
});
