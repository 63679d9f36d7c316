/** Looks for images that two data sets share. */
import { Type } from '@sinclair/typebox';
import { hashImages } from '../src/learn/dataset/audit/hashed-images.ts';
import { chooseSharedExamples, drawSharedExamples } from '../src/learn/dataset/audit/shared-examples.ts';
import { findSharedImages, type HashedDataset } from '../src/learn/dataset/audit/shared-images.ts';
import { writeSharedImages, type SetPair } from '../src/formats/shared-images.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { openPackedImages, type PackedImages } from '../src/learn/dataset/packed-images.ts';
import { readTable } from '../src/learn/dataset/table.ts';
import { defineStage, gathered, output, type Stage } from '../src/stage/index.ts';

const OF_DATASETS = gathered({ dataset: Type.String() });

export default defineStage({
  inputs: {
    /** `images.safetensors` of ingest, of one size. */
    images: OF_DATASETS,
    tables: OF_DATASETS,
    datasets: OF_DATASETS,
  },
  outputs: {
    /** `shared.json`: for each two sets the equal, nearly equal and turned images, and the files of one name. */
    shared: output,
    /** `shared.png`: up to 24 of them side by side, evidence before hints. */
    pictures: output,
  },
  run: async ({ inputs, outputs, stage }) => {
    const sets = await Promise.all(
      inputs.images.map(({ path, axes }) => {
        const same = (members: typeof inputs.tables) => members.find((member) => member.axes.dataset === axes.dataset);
        return openSet(path, same(inputs.tables)?.path, same(inputs.datasets)?.path);
      }),
    );
    const size = oneSize(sets);
    const found = findSharedImages(await hashAll(sets, stage));
    const shown = chooseSharedExamples(found);
    await drawSharedExamples(outputs.pictures, shown, new Map(sets.map(({ name, packed }) => [name, packed])), size);
    await Promise.all(sets.map(({ packed }) => packed.close()));
    await writeSharedImages(outputs.shared, {
      pairs: found,
      shown: shown.map(({ sets, kind, image: { images, labels } }) => ({ sets, kind, images, labels })),
    });
    for (const each of found) warnOf(each, stage);
  },
});

interface OpenSet extends Omit<HashedDataset, 'images'> {
  readonly packed: PackedImages;
}

async function openSet(images: string, table: string | undefined, dataset: string | undefined): Promise<OpenSet> {
  if (table === undefined || dataset === undefined)
    throw new Error(`The inputs "tables" and "datasets" have no member for ${images}; gather all three alike.`);
  const { name } = await readDataset(dataset);
  return { name, table: await readTable(table), packed: await openPackedImages(images) };
}

/** The side of all images, in pixels. */
function oneSize(sets: readonly OpenSet[]): number {
  const [size = 0, ...others] = new Set(sets.map(({ packed }) => packed.size));
  if (others.length === 0) return size;
  throw new Error(
    `The sets were ingested at ${[size, ...others].join(' and ')} px; one size is needed to lay their images side ` +
      'by side.',
  );
}

async function hashAll(sets: readonly OpenSet[], stage: Stage): Promise<HashedDataset[]> {
  const total = sets.reduce((sum, { packed }) => sum + packed.count, 0);
  const hashed: HashedDataset[] = [];
  let before = 0;
  for (const { name, table, packed } of sets) {
    const images = await hashImages(packed, (done) => {
      stage.progress({ done: before + done, total, unit: 'images' });
    });
    hashed.push({ name, table, images });
    before += packed.count;
  }
  return hashed;
}

function warnOf({ sets, equal, near, turned, names }: SetPair, stage: Stage): void {
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
