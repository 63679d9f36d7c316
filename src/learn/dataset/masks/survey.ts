/** A look at every mask before anything is written: what it holds, and whether it fits its image. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { ListedImage, ListingFault } from '../reader/listing.ts';
import { at } from '../../../util/known.ts';
import { readEach } from '../decode/read-each.ts';
import type { PictureSize } from '../decode/placement.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import type { FileCodes } from './coding.ts';
import type { MaskFile, MaskListing } from './listing.ts';
import { readMaskCodes, type MaskCodes } from './read-codes.ts';

interface SurveyOptions {
  readonly folder: string;
  /** Images asked for at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface MaskSurvey {
  /** By file, in the order of the listing. */
  readonly files: ReadonlyMap<MaskFile, FileCodes>;
  /** Images whose masks cannot be used. */
  readonly faults: readonly ListingFault[];
}

export const fileOf = ({ image, file = image }: ListedImage): string => file;

export async function surveyMasks(listing: MaskListing, options: SurveyOptions): Promise<MaskSurvey> {
  const masked = listing.samples.filter((sample) => (listing.masksOf.get(fileOf(sample)) ?? []).length > 0);
  const results = await readEach(
    masked,
    (sample) => look(sample, listing.masksOf.get(fileOf(sample)) ?? [], options.folder),
    options,
  );
  const files = new Map<MaskFile, FileCodes>();
  const faults: ListingFault[] = [];
  for (const [i, found] of results.entries())
    if (found.ok) for (const [mask, codes] of found.value) files.set(mask, codes);
    else faults.push({ file: at(masked, i).image, reason: found.error });
  return { files, faults };
}

async function look(
  sample: ListedImage,
  masks: readonly MaskFile[],
  folder: string,
): Promise<Result<(readonly [MaskFile, FileCodes])[], string>> {
  const image = await uprightSize(join(folder, fileOf(sample)));
  const looked: (readonly [MaskFile, FileCodes])[] = [];
  for (const mask of masks) {
    const read = await readMaskCodes(mask.path);
    if (!read.ok) return err(`its mask ${mask.name}: ${read.error}`);
    const { width, height, kind, lossy } = read.value;
    // An image that cannot be read is named by the decoder.
    if (image !== undefined && (image.width !== width || image.height !== height))
      return err(`its mask ${mask.name} has ${width} x ${height} pixels, the image ${image.width} x ${image.height}`);
    looked.push([mask, { file: mask.name, kind, lossy, counts: countsOf(read.value) }]);
  }
  return ok(looked);
}

/** Undefined for a file that cannot be read. */
export async function uprightSize(path: string): Promise<PictureSize | undefined> {
  try {
    return (await sharp(path).metadata()).autoOrient;
  } catch {
    return undefined;
  }
}

function countsOf({ codes }: MaskCodes): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
