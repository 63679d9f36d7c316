/** A look at images and labels before a study: everything that ingest would find, and the split. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Domain } from '../../../formats/dataset.ts';
import { ok, type Result } from '../../../util/result.ts';
import { DatasetError } from '../error.ts';
import type { Obstacle } from '../inspect/request.ts';
import { inspectRows, stop, stopAtFaults, UNKNOWN_KIND, type TaskInspection } from '../inspect/task-inspection.ts';
import type { BoxListing } from './listing.ts';
import { BOX_READERS, type BoxReaderName } from './reader/index.ts';
import { surveyLabels } from './survey-labels.ts';

export interface BoxInspectRequest {
  /** Folder, absolute. */
  readonly images: string;
  /** A file or folder of labels, absolute. */
  readonly labels?: string;
  readonly groupFolders: boolean;
  /** Names of numbered classes, class 0 first. */
  readonly classNames?: readonly string[];
  readonly domain?: Domain;
  readonly leaveOut: boolean;
}

export interface BoxInspection extends TaskInspection {
  readonly reader: BoxReaderName;
  readonly objects: number;
  /** Left out, because nobody knows whether they have objects. */
  readonly unlabeled: number;
}

export async function inspectBoxes(request: BoxInspectRequest): Promise<Result<BoxInspection, Obstacle>> {
  const { images, labels, leaveOut } = request;
  for (const place of labels === undefined ? [images] : [images, labels])
    if (!existsSync(place)) return stop(`${place} does not exist`, 'Name an existing file or folder.');
  const found = await findListing(request);
  if (!found.ok) return found;
  const { reader, listing } = found.value;
  const domain = request.domain ?? listing.domain;
  if (domain === null) return UNKNOWN_KIND;
  const survey = await surveyLabels(listing, { folder: images, concurrency: 8 });
  const faults = [...listing.faults, ...survey.faults];
  if (faults.length > 0 && !leaveOut) return stopAtFaults(faults);
  const lost = new Set(faults.map(({ file }) => file));
  try {
    return ok({
      ...{ reader, domain, title: listing.title, faults },
      ...inspectRows(listing.samples.filter(({ image }) => !lost.has(image))),
      classes: listing.objectClasses.map(({ name, kind }) => (kind === 'point' ? `${name} (points)` : name)),
      objects: [...survey.pictures.values()].reduce((sum, { objects }) => sum + objects.length, 0),
      unlabeled: listing.unlabeled.length,
      notices: [...(listing.notices ?? []), ...survey.notices],
    });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return stop(error.message, 'Add images, or move those of the subsets: docs/tasks.md of the package.');
  }
}

interface FoundListing {
  readonly reader: BoxReaderName;
  readonly listing: BoxListing;
}

/** By the labels that are named; otherwise the first reader that finds some. */
async function findListing(request: BoxInspectRequest): Promise<Result<FoundListing, Obstacle>> {
  const { images, labels, groupFolders, classNames } = request;
  const errors: string[] = [];
  for (const reader of await candidates(images, labels)) {
    const listed = await BOX_READERS[reader](images, {
      groupFolders,
      ...(labels !== undefined && { labels }),
      ...(classNames !== undefined && { classes: classNames }),
    });
    if (listed.ok) return ok({ reader, listing: listed.value });
    errors.push(`${reader}: ${listed.error}`);
  }
  return stop(errors.join('\n'), 'Name the labels: --labels FILE.json (COCO), FOLDER (YOLO) or FILE.csv (points).');
}

async function candidates(images: string, labels: string | undefined): Promise<readonly BoxReaderName[]> {
  if (labels === undefined) return existsSync(join(images, 'C. Localization')) ? ['idrid'] : ['coco', 'yolo', 'points'];
  if ((await stat(labels)).isDirectory()) return ['yolo'];
  return /\.json$/i.test(labels) ? ['coco'] : ['points'];
}
