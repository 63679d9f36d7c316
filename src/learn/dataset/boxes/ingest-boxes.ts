/** Decodes images with boxes or landmarks into the files that every later stage reads. */
import { writeDataset, type Dataset } from '../../../formats/dataset.ts';
import { writeObjects, type LabeledPicture, type ObjectClass } from '../../../formats/objects.ts';
import { at, entry } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import { DatasetError } from '../error.ts';
import { ingest, type IngestOptions } from '../ingest.ts';
import { refuseFaults } from '../masks/ingest-masks.ts';
import { fileOf } from '../masks/survey.ts';
import type { DatasetFiles } from '../write-dataset.ts';
import type { BoxListing } from './listing.ts';
import { surveyLabels } from './survey-labels.ts';

/** Paths to write to. */
interface BoxedFiles extends DatasetFiles {
  /** `objects.json` */
  readonly objects: string;
}

interface BoxIngestOptions extends IngestOptions {
  /** Takes private names out of texts that are written. */
  readonly redact?: (text: string) => string;
}

/** Throws DatasetError, listing every fault. */
export async function ingestBoxes(listing: BoxListing, files: BoxedFiles, options: BoxIngestOptions): Promise<Dataset> {
  const { onBroken, folder, onNotice, redact = (text: string) => text } = options;
  const survey = await surveyLabels(listing, options);
  const unusable = survey.faults.map(({ file, reason }) => ({ file, reason: redact(reason) }));
  refuseFaults([...listing.faults, ...unusable], folder, onBroken);
  for (const notice of survey.notices) onNotice?.(redact(notice));

  const lost = new Set(unusable.map(({ file }) => file));
  const samples = listing.samples.filter(({ image }) => !lost.has(image));
  if (samples.length === 0) throw new DatasetError(`${listing.title} has no image with labels that can be used.`);
  const labels = [...new Set(samples.map(({ label }) => label))].sort();
  const faults = [...listing.faults, ...unusable];
  const dataset = await ingest({ ...listing, samples, faults, classes: labels }, files, options);
  const dropped = new Set(dataset.dropped.map(({ file }) => file));
  const pictures = samples
    .filter(({ image }) => !dropped.has(image))
    .map((sample) => entry(survey.pictures, fileOf(sample)));
  await writeObjects(files.objects, { classes: listing.objectClasses, images: pictures.map(rounded) });
  const without = listing.unlabeled.map((file) => ({ file: redact(file), reason: 'it has no label' }));
  const whole: Dataset = {
    ...dataset,
    task: 'detection',
    classes: listing.objectClasses.map(({ name }) => name),
    objects: listing.objectClasses.map((each, k) => summaryOf(each, k, pictures)),
    dropped: [...dataset.dropped, ...without],
  };
  await writeDataset(files.dataset, whole);
  return whole;
}

const rounded = ({ objects, ...picture }: LabeledPicture): LabeledPicture => ({
  ...picture,
  objects: objects.map(({ class: of, left, top, width, height }) => ({
    ...{ class: of, left: significant(left), top: significant(top) },
    ...{ width: significant(width), height: significant(height) },
  })),
});

/** Throws DatasetError if a class is nowhere. */
function summaryOf(
  { name, kind }: ObjectClass,
  of: number,
  pictures: readonly LabeledPicture[],
): NonNullable<Dataset['objects']>[number] {
  const found = pictures.flatMap(({ width, height, objects }) =>
    objects
      .filter((object) => object.class === of)
      .map((object) => Math.sqrt((object.width * object.height) / (width * height))),
  );
  if (found.length === 0)
    throw new DatasetError(`No image has an object of the class ${name}, so nothing could be learned of it.`);
  const sorted = found.toSorted((a, b) => a - b);
  const [least, median, greatest] = [0, sorted.length >> 1, sorted.length - 1].map((i) => significant(at(sorted, i)));
  return {
    ...{ class: name, kind, objects: found.length },
    images: pictures.filter(({ objects }) => objects.some((object) => object.class === of)).length,
    side: [least ?? 0, median ?? 0, greatest ?? 0],
  };
}
