/** A look at images and masks before a study: everything that ingest would find, and the split. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Domain } from '../../../formats/dataset.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { SUBSETS, type Subset } from '../../../formats/subset.ts';
import { DatasetError } from '../error.ts';
import type { Obstacle } from '../inspect/request.ts';
import type { ListedImage, ListingFault } from '../reader/listing.ts';
import { policyFor, splitDataset } from '../split.ts';
import type { TableRow } from '../table.ts';
import { ANY_IMAGE } from './listing.ts';
import { meaningOf } from './meaning.ts';
import { MASK_READERS, type MaskReaderName } from './reader/index.ts';
import { fileOf, surveyMasks } from './survey.ts';

export interface MaskInspectRequest {
  /** Folder, absolute. */
  readonly images: string;
  /** A folder of masks elsewhere, absolute. */
  readonly masks?: string;
  readonly groupFolders: boolean;
  /** Names of numbered classes, class 1 first, or of the one foreground. */
  readonly classNames?: readonly string[];
  readonly domain?: Domain;
  readonly leaveOut: boolean;
}

export interface MaskInspection {
  readonly reader: MaskReaderName;
  readonly domain: Domain;
  readonly title: string;
  readonly images: number;
  /** Without a mask, for pre-training alone. */
  readonly unmasked: number;
  /** Without the background. */
  readonly classes: readonly string[];
  readonly groups: number;
  /** The data have a test set of their own. */
  readonly published: boolean;
  readonly subsets: Readonly<Record<Subset, number>>;
  readonly faults: readonly ListingFault[];
  readonly notices: readonly string[];
}

export async function inspectMasks(request: MaskInspectRequest): Promise<Result<MaskInspection, Obstacle>> {
  const { images, masks, leaveOut } = request;
  for (const folder of masks === undefined ? [images] : [images, masks])
    if (!existsSync(folder)) return stop(`${folder} does not exist`, 'Name an existing folder.');
  const reader = readerOf(images);
  const listed = await MASK_READERS[reader](images, {
    groupFolders: request.groupFolders,
    ...(masks !== undefined && { masks }),
  });
  if (!listed.ok) return stop(listed.error, 'Rename or move the files, or name the folder of masks: --masks FOLDER.');
  const listing = listed.value;
  const domain = request.domain ?? listing.domain;
  if (domain === null) return stop('the kind of the images is not known', 'Name it: --domain skin, or another.');
  const survey = await surveyMasks(listing, { folder: images, concurrency: 8 });
  const faults = [...listing.faults, ...survey.faults];
  if (faults.length > 0 && !leaveOut) return stopAtMaskFaults(faults);
  if (survey.files.size === 0) return stop('no mask can be used', 'Mend the files that are named above.');
  try {
    const { classes, notices } = meaningOf(survey.files, request.classNames);
    const lost = new Set(faults.map(({ file }) => file));
    const usable = listing.samples.filter(({ image }) => !lost.has(image));
    const masked = rowsOf(usable.filter((sample) => listing.masksOf.has(fileOf(sample))));
    const policy = policyFor(masked);
    return ok({
      ...{ reader, domain, title: listing.title, classes, faults },
      images: masked.length,
      unmasked: usable.length - masked.length,
      groups: new Set(masked.map(({ group }) => group)).size,
      published: policy === 'published',
      subsets: cut(masked, policy),
      notices: [...(listing.notices ?? []), ...notices],
    });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return stop(error.message, 'Mend the masks, or set "classes" of ingest by hand: docs/tasks.md of the package.');
  }
}

const stop = (message: string, remedy: string): Result<never, Obstacle> => err({ message, remedy });

/** Folders that only a published data set has. */
function readerOf(folder: string): MaskReaderName {
  if (existsSync(join(folder, 'ISIC-2017_Training_Part1_GroundTruth'))) return 'isic9';
  return existsSync(join(folder, 'A. Segmentation')) ? 'idrid' : 'pairs';
}

const rowsOf = (samples: readonly ListedImage[]): TableRow[] =>
  samples.map(({ image, group, split }, index) => ({ index, image, label: ANY_IMAGE, group, split }));

/** The stage `split` would find the same fault, but after the images were decoded. */
function cut(rows: readonly TableRow[], policy: ReturnType<typeof policyFor>): Record<Subset, number> {
  const split = splitDataset(rows, [ANY_IMAGE], {
    ...{ policy, test: 0.2, validation: 0.2, seed: 0, labelFractions: [] },
    ...{ overlap: 'remove', duplicates: 'keep' },
  });
  return Object.fromEntries(SUBSETS.map((subset) => [subset, split[subset].length])) as Record<Subset, number>;
}

function stopAtMaskFaults(faults: readonly ListingFault[]): Result<never, Obstacle> {
  const shown = faults.slice(0, 5).map(({ file, reason }) => `  ${file}: ${reason}`);
  const more = faults.length > 5 ? [`  and ${faults.length - 5} more`] : [];
  return stop(
    [`${faults.length} image(s) cannot be used:`, ...shown, ...more].join('\n'),
    'Mend or remove them, or leave them out: --leave-out. dataset.json will name each.',
  );
}
