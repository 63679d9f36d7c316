/** A look at images and masks before a study: everything that ingest would find, and the split. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Domain } from '../../../formats/dataset.ts';
import { ok, type Result } from '../../../util/result.ts';
import { DatasetError } from '../error.ts';
import type { Obstacle } from '../inspect/request.ts';
import { inspectRows, stop, stopAtFaults, UNKNOWN_KIND, type TaskInspection } from '../inspect/task-inspection.ts';
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

export interface MaskInspection extends TaskInspection {
  readonly reader: MaskReaderName;
  /** Without a mask, for pre-training alone. */
  readonly unmasked: number;
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
  if (domain === null) return UNKNOWN_KIND;
  const survey = await surveyMasks(listing, { folder: images, concurrency: 8 });
  const faults = [...listing.faults, ...survey.faults];
  if (faults.length > 0 && !leaveOut) return stopAtFaults(faults);
  if (survey.files.size === 0) return stop('no mask can be used', 'Mend the files that are named above.');
  try {
    const { classes, notices } = meaningOf(survey.files, request.classNames);
    const lost = new Set(faults.map(({ file }) => file));
    const usable = listing.samples.filter(({ image }) => !lost.has(image));
    const masked = usable.filter((sample) => listing.masksOf.has(fileOf(sample)));
    return ok({
      ...{ reader, domain, title: listing.title, classes, faults, ...inspectRows(masked) },
      unmasked: usable.length - masked.length,
      notices: [...(listing.notices ?? []), ...notices],
    });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return stop(error.message, 'Mend the masks, or set "classes" of ingest by hand: docs/tasks.md of the package.');
  }
}

/** Folders that only a published data set has. */
function readerOf(folder: string): MaskReaderName {
  if (existsSync(join(folder, 'ISIC-2017_Training_Part1_GroundTruth'))) return 'isic9';
  return existsSync(join(folder, 'A. Segmentation')) ? 'idrid' : 'pairs';
}
