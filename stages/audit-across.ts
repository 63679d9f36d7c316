/**
 * Looks for images that two data sets share.
 *
 * inputs   images, tables, datasets  of ingest, gathered over the axis `dataset`; images of one size
 * outputs  shared    shared.json: for each two sets the equal, nearly equal and turned images, and the files of one name
 *          pictures  shared.png: up to 24 of them side by side, evidence before hints
 */
import { writeFile } from 'node:fs/promises';
import { findSharedImages, type SharedImages } from '../src/learn/dataset/audit/shared-images.ts';
import { drawSharedExamples, chooseSharedExamples } from '../src/learn/dataset/audit/shared-examples.ts';
import { hashImages } from '../src/learn/dataset/audit/hashed-images.ts';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { openPackedImages } from '../src/learn/dataset/packed-images.ts';
import { readTable } from '../src/learn/dataset/table.ts';
import type { Stage } from '../src/stage/index.ts';

export default async function (stage: Stage): Promise<void> {
  const sets = await Promise.all(stage.gathered('images').map((member, i) => openSet(stage, i, member.path)));
  const sizes = new Set(sets.map(({ packed }) => packed.size));
  if (sizes.size > 1)
    throw new Error(
      `The sets were ingested at ${[...sizes].join(' and ')} px; one size is needed to lay their images side by side.`,
    );
  const total = sets.reduce((sum, { packed }) => sum + packed.count, 0);
  let before = 0;
  const seen = [];
  for (const { name, table, packed } of sets) {
    seen.push({
      name,
      table,
      images: await hashImages(packed, (done) => {
        stage.progress({ done: before + done, total, unit: 'images' });
      }),
    });
    before += packed.count;
  }
  const found = findSharedImages(seen);
  const shown = chooseSharedExamples(found);
  await drawSharedExamples(
    stage.output('pictures'),
    shown,
    new Map(sets.map(({ name, packed }) => [name, packed])),
    sets[0]!.packed.size,
  );
  await Promise.all(sets.map(({ packed }) => packed.close()));
  await writeFile(
    stage.output('shared'),
    `${JSON.stringify({ pairs: found, shown: shown.map(({ sets, kind, image }) => ({ sets, kind, images: image.images, labels: image.labels })) }, null, 2)}\n`,
  );
  for (const each of found) warnOf(each, stage);
}

async function openSet(stage: Stage, member: number, images: string) {
  const path = (input: string) => stage.gathered(input)[member]!.path;
  const { name } = await readDataset(path('datasets'));
  return { name, table: await readTable(path('tables')), packed: await openPackedImages(images) };
}

function warnOf({ sets, equal, near, turned, names }: SharedImages, stage: Stage): void {
  const pictures = equal.length + near.length + turned.length;
  if (pictures > 0)
    stage.warn(
      `${sets.join(' and ')} share ${pictures} pictures: train on one of them and you may not test on the other.`,
    );
  if (names.length > 0)
    stage.warn(
      `${names.length} files of ${sets[1]} are named as files of ${sets[0]}: they may be of the same patients.`,
    );
}
