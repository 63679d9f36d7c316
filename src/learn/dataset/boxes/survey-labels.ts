/** A look at every image and its labels before anything is written. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { LabeledPicture } from '../../../formats/objects.ts';
import { at, entry } from '../../../util/known.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { plainMessage } from '../decode/open-image.ts';
import { readEach } from '../decode/read-each.ts';
import { fileOf } from '../masks/survey.ts';
import type { ListingFault } from '../reader/listing.ts';
import type { BoxListing } from './listing.ts';
import { settleLabels, type StoredPicture } from './settle-labels.ts';

interface SurveyOptions {
  readonly folder: string;
  /** Images asked for at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
}

interface LabelSurvey {
  /** The usable images by their file. */
  readonly pictures: ReadonlyMap<string, LabeledPicture>;
  readonly faults: readonly ListingFault[];
  readonly notices: readonly string[];
}

export async function surveyLabels(listing: BoxListing, options: SurveyOptions): Promise<LabelSurvey> {
  const isPoint = listing.objectClasses.map(({ kind }) => kind === 'point');
  const results = await readEach(
    listing.samples,
    async (sample) => {
      const picture = await storedPicture(join(options.folder, fileOf(sample)));
      if (!picture.ok) return picture;
      const settled = settleLabels(entry(listing.labelsOf, fileOf(sample)), picture.value, isPoint);
      return settled.ok ? ok({ ...picture.value, ...settled.value }) : settled;
    },
    options,
  );
  const pictures = new Map<string, LabeledPicture>();
  const faults: ListingFault[] = [];
  const turned: string[] = [];
  let clipped = 0;
  for (const [i, result] of results.entries()) {
    const sample = at(listing.samples, i);
    if (!result.ok) {
      faults.push({ file: sample.image, reason: result.error });
      continue;
    }
    const { upright, orientation, objects } = result.value;
    pictures.set(fileOf(sample), { ...upright, objects });
    clipped += result.value.clipped;
    const { unit } = entry(listing.labelsOf, fileOf(sample));
    if (orientation !== 1 && typeof unit === 'string') turned.push(sample.image);
  }
  return { pictures, faults, notices: noticesOf({ unlabeled: listing.unlabeled, turned, clipped }) };
}

async function storedPicture(path: string): Promise<Result<StoredPicture, string>> {
  try {
    const { width, height, orientation = 1, autoOrient } = await sharp(path).metadata();
    return ok({ stored: { width, height }, upright: autoOrient, orientation });
  } catch (error) {
    return err(`its size cannot be read: ${plainMessage(error)}`);
  }
}

function noticesOf({
  unlabeled,
  turned,
  clipped,
}: {
  readonly unlabeled: readonly string[];
  readonly turned: readonly string[];
  readonly clipped: number;
}): string[] {
  return [
    ...(unlabeled.length > 0
      ? [
          `${unlabeled.length} image(s) have no label and are left out, for nobody knows whether they have objects: ` +
            `${firstOf(unlabeled)}.`,
        ]
      : []),
    ...(clipped > 0 ? [`${clipped} object(s) stuck out of their picture a little and were clipped.`] : []),
    ...(turned.length > 0
      ? [
          `${turned.length} image(s) are turned by EXIF, and their labels do not say of which picture they are. They are ` +
            `taken for labels of the upright picture: ${firstOf(turned)}.`,
        ]
      : []),
  ];
}

const firstOf = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
