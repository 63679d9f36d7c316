/** Decodes images with masks into the files that every later stage reads. */
import { join } from 'node:path';
import pLimit from 'p-limit';
import { writeDataset, type Dataset } from '../../../formats/dataset.ts';
import { DatasetError, listFaults } from '../error.ts';
import { ingest, type IngestOptions } from '../ingest.ts';
import { writePackedMasks } from '../packed-masks.ts';
import type { ListedImage, ListingFault } from '../reader/listing.ts';
import type { DatasetFiles } from '../write-dataset.ts';
import type { MaskClasses } from './coding.ts';
import { drawMask } from './draw-mask.ts';
import { WITHOUT_MASK, type MaskFile, type MaskListing } from './listing.ts';
import { BACKGROUND } from './background.ts';
import { createMaskFolder, writeMask } from './mask-folder.ts';
import { meaningOf, type MaskMeaning } from './meaning.ts';
import { sharesOf, summarizeMasks } from './summary.ts';
import { placeMask } from './place-mask.ts';
import { fileOf, surveyMasks, uprightSize } from './survey.ts';

/** Paths to write to. */
export interface MaskedFiles extends DatasetFiles {
  /** `masks.safetensors` */
  readonly masks: string;
  /** The folder with masks at the size of their images. */
  readonly originals: string;
}

export interface MaskIngestOptions extends IngestOptions {
  /** Names of the classes, and what stands for them in the masks, where the masks do not tell. */
  readonly classes?: MaskClasses;
  /** Takes private names out of the faults of masks, which stand in `dataset.json`. */
  readonly redact?: (text: string) => string;
}

/** Throws DatasetError, listing every fault. */
export async function ingestMasks(
  listing: MaskListing,
  files: MaskedFiles,
  options: MaskIngestOptions,
): Promise<Dataset> {
  const { onBroken, folder, onNotice, redact = (text: string) => text } = options;
  const survey = await surveyMasks(listing, options);
  const unusable = survey.faults.map(({ file, reason }) => ({ file, reason: redact(reason) }));
  const faults = [...listing.faults, ...unusable];
  refuseFaults(faults, folder, onBroken);
  if (survey.files.size === 0) throw new DatasetError(`${listing.title} has no mask that can be used.`);
  const meaning = meaningOf(survey.files, options.classes);
  for (const notice of meaning.notices) onNotice?.(notice);

  const lost = new Set(unusable.map(({ file }) => file));
  const usable = listing.samples.filter(({ image }) => !lost.has(image));
  const hasMask = (sample: ListedImage) => filesOf(sample, listing) !== undefined;
  // Images without a mask come last: split.csv cuts the others.
  const samples = [...usable.filter(hasMask), ...usable.filter((sample) => !hasMask(sample)).map(withoutMask)];
  const labels = [...new Set(samples.map(({ label }) => label))].sort();
  const images = { ...listing, samples, faults, classes: labels };
  const dataset = await ingest(images, files, options);
  const dropped = new Set(dataset.dropped.map(({ file }) => file));
  const kept = samples.filter(({ image }) => !dropped.has(image));
  const masks = await packMasks(kept, listing, files, meaning, options);
  const whole: Dataset = { ...dataset, task: 'segmentation', classes: [BACKGROUND, ...meaning.classes], masks };
  await writeDataset(files.dataset, whole);
  return whole;
}

/** Throws DatasetError where images that cannot be used are not to be left out. */
export function refuseFaults(
  faults: readonly ListingFault[],
  folder: string,
  onBroken: MaskIngestOptions['onBroken'],
): void {
  if (faults.length === 0 || onBroken === 'drop') return;
  throw new DatasetError(
    listFaults(
      `${faults.length} image(s) of ${folder} cannot be used; onBroken: "drop" leaves them out:`,
      faults.map(({ file, reason }) => `${file}: ${reason}`),
    ),
  );
}

const filesOf = (sample: ListedImage, { masksOf }: MaskListing): readonly MaskFile[] | undefined =>
  masksOf.get(fileOf(sample));

/** The table says that the image is for pre-training alone. */
const withoutMask = (sample: ListedImage): ListedImage => ({ ...sample, facts: { ...sample.facts, ...WITHOUT_MASK } });

/**
 * Writes the masks of all rows, in the square and at their original size. Throws DatasetError if a class is nowhere.
 */
async function packMasks(
  samples: readonly ListedImage[],
  listing: MaskListing,
  { masks: packed, originals }: MaskedFiles,
  meaning: MaskMeaning,
  { folder, size, concurrency, signal }: MaskIngestOptions,
): Promise<NonNullable<Dataset['masks']>> {
  const squares = new Uint8Array(samples.length * size ** 2);
  await createMaskFolder(originals);
  const shares = await pLimit(concurrency).map(samples, async (sample, row) => {
    signal?.throwIfAborted();
    const files = filesOf(sample, listing);
    if (files === undefined) return null;
    const picture = await uprightSize(join(folder, fileOf(sample)));
    if (picture === undefined) throw new Error(`Internal error: ${sample.image} was decoded and has no size.`);
    const drawn = await drawMask(files, picture, meaning);
    if (!drawn.ok) throw new DatasetError(`${sample.image}: ${drawn.error}`);
    squares.set(placeMask(drawn.value, size), row * size ** 2);
    await writeMask(originals, row, drawn.value);
    return sharesOf(drawn.value, meaning.classes.length);
  });
  await writePackedMasks(packed, squares, size);
  return summarizeMasks(
    shares.filter((each) => each !== null),
    meaning.classes,
  );
}
