/** Looks at the images of a user before a study: finds the reader, lists the images, and counts what matters. */
import path from 'node:path';
import { existsSync, statSync } from 'node:fs';
import type { Domain } from '../../../formats/dataset.ts';
import type { Subset } from '../../../formats/subset.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { readSecretKey } from '../../../util/secret-key.ts';
import { isInScan } from '../dicom/scan.ts';
import { DatasetError } from '../error.ts';
import { listFrames } from '../frames.ts';
import { READERS, type Listing, type ReaderName } from '../reader/index.ts';
import { policyFor, splitDataset } from '../split.ts';
import type { TableRow } from '../table.ts';
import { chooseReader } from './choose-reader.ts';
import { countEqualFiles } from './equal-files.ts';
import type { InspectRequest, Obstacle } from './request.ts';
import { surveyFiles, type FileSurvey } from './survey-files.ts';
import { findHints } from './hints.ts';

export interface Inspection {
  readonly reader: ReaderName;
  readonly listing: Listing;
  readonly domain: Domain;
  /** Undefined for images that are arrays of one file. */
  readonly files: FileSurvey | undefined;
  /** Files whose bytes equal those of an earlier file. */
  readonly equalFiles: number;
  readonly groups: number;
  /** The published split counts; else the stage `split` draws one. */
  readonly published: boolean;
  readonly subsets: Readonly<Record<Subset, number>>;
  /** Facts that somebody may want to act on. */
  readonly hints: readonly string[];
}

export async function inspectDataset(request: InspectRequest): Promise<Result<Inspection, Obstacle>> {
  const { images, labels } = request;
  for (const file of labels === undefined ? [images] : [images, labels])
    if (!existsSync(file)) return stop(`${file} does not exist`, 'Name an existing folder or file.');
  const reader = await chooseReader(images, labels);
  if (!reader.ok) return err(reader.error);
  const listed = await list(reader.value, request);
  if (!listed.ok) return err(listed.error);
  const framed = await withFrames(listed.value, images);
  const domain = request.domain ?? framed.domain;
  if (domain === null) return stop('the kind of the images is not known', 'Name it: --domain skin, or another.');
  const { listing, files, paths } = await withoutBroken(framed, images);
  if (listing.faults.length > 0 && !request.leaveOut) return stopAtFaults(listing);
  const subsets = trySplit(listing);
  if (!subsets.ok) return err(subsets.error);
  return ok({
    reader: reader.value,
    listing,
    domain,
    files,
    equalFiles: await countEqualFiles(paths),
    groups: new Set(listing.samples.map(({ group }) => group)).size,
    published: policyFor(rowsOf(listing)) === 'published',
    subsets: subsets.value,
    hints: await findHints(request, reader.value, listing),
  });
}

/** Frames of DICOM files become rows, and their headers give groups. Other files are looked at later. */
async function withFrames(listing: Listing, folder: string): Promise<Listing> {
  const { dicom } = listing;
  if (dicom === undefined || dicom.headers.size + dicom.broken.size === 0) return listing;
  return listFrames(listing, { folder, frames: 'all', key: readSecretKey, keep: [] });
}

interface SurveyedListing {
  readonly listing: Listing;
  /** Undefined without image files. */
  readonly files: FileSurvey | undefined;
  /** The image files, without those of scans. */
  readonly paths: readonly string[];
}

/** A file with an unreadable header becomes a fault, as if the reader had found it. */
async function withoutBroken(listing: Listing, images: string): Promise<SurveyedListing> {
  const { dicom, samples, faults } = listing;
  if (listing.decode !== undefined || !statSync(images).isDirectory()) return { listing, files: undefined, paths: [] };
  const pictures = samples.filter(({ image, file = image }) => dicom === undefined || !isInScan(dicom, file));
  const paths = pictures.map(({ image, file = image }) => path.join(images, file));
  if (paths.length === 0) return { listing, files: undefined, paths };
  const files = await surveyFiles(paths);
  const broken = new Set(files.broken.map(({ file }) => file));
  const found = files.broken.map(({ file, reason }) => ({ file: path.relative(images, file), reason }));
  const usable = samples.filter(({ image, file = image }) => !broken.has(path.join(images, file)));
  return {
    listing: { ...listing, samples: usable, faults: [...faults, ...found] },
    files,
    paths: paths.filter((file) => !broken.has(file)),
  };
}

const stop = (message: string, remedy: string): Result<never, Obstacle> => err({ message, remedy });

async function list(reader: ReaderName, request: InspectRequest): Promise<Result<Listing, Obstacle>> {
  const { images, labels, columns, groupFolders, classNames } = request;
  const useless = uselessOption(reader, request);
  if (useless !== undefined) return err(useless);
  try {
    const listed = await READERS[reader](images, {
      columns,
      groupFolders,
      ...(labels !== undefined && { table: labels }),
      ...(classNames !== undefined && { classNames }),
    });
    return listed.ok ? listed : stop(withoutParameters(listed.error), remedyFor(reader, listed.error));
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return stop(error.message, 'Correct the file.');
  }
}

/** An option that the reader would not use would have no effect, and nobody would notice. */
function uselessOption(reader: ReaderName, request: InspectRequest): Obstacle | undefined {
  const [column] = Object.keys(request.columns);
  if (column !== undefined && reader !== 'csv')
    return {
      message: `${optionOf(column)} names a column, but no table of labels was found`,
      remedy: 'Name the table: --labels FILE. For folders of patients below the classes: --group folder.',
    };
  if (request.groupFolders && reader !== 'folders')
    return {
      message: '--group folder is for folders of classes, but these labels come from elsewhere',
      remedy: 'Name the column of the table: --group COLUMN.',
    };
  if (request.classNames !== undefined && reader !== 'medmnist')
    return { message: '--classes names numbered classes of .npz files only', remedy: 'Leave the option out.' };
  return undefined;
}

/** A reader speaks of the parameters of a stage; here they are options. */
const withoutParameters = (message: string): string => message.replace(/ Name the right one: "columns": .*$/s, '');

const optionOf = (role: string): string => (role === 'group' || role === 'findings' ? `--${role}` : `--${role}-column`);

function remedyFor(reader: ReaderName, message: string): string {
  const role = /"columns": \{ "(image|label|group|split|findings)"/.exec(message)?.[1];
  if (role !== undefined) return `Name the right one: ${optionOf(role)} COLUMN.`;
  if (message.includes('look like parts of a split'))
    return 'Name them so, or add --group folder if the folders below the classes are patients.';
  return reader === 'folders'
    ? 'Rename or move the folders, or name a table of labels: --labels FILE.'
    : 'Correct the files, or name others: --images, --labels.';
}

function stopAtFaults({ faults, samples }: Listing): Result<never, Obstacle> {
  const shown = faults.slice(0, 5).map(({ file, reason }) => `  ${file}: ${reason}`);
  const more = faults.length > 5 ? [`  and ${faults.length - 5} more`] : [];
  return stop(
    [`${faults.length} file(s) cannot be used beside ${samples.length} image(s) that can:`, ...shown, ...more].join(
      '\n',
    ),
    'Mend or remove them, or leave them out: --leave-out. dataset.json will name each.',
  );
}

/** The stage `split` would find the same fault, but after the images were decoded. */
function trySplit(listing: Listing): Result<Record<Subset, number>, Obstacle> {
  const rows = rowsOf(listing);
  const options = { test: 0.2, validation: 0.2, seed: 0, overlap: 'remove', duplicates: 'keep' } as const;
  try {
    const policy = policyFor(rows);
    const { train, validation, test } = splitDataset(
      rows,
      listing.classes,
      { ...options, policy, labelFractions: [] },
      [],
      listing.task,
    );
    return ok({ train: train.length, validation: validation.length, test: test.length });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return stop(error.message, 'Add images of more groups to this class, join it with another, or leave it out.');
  }
}

const rowsOf = ({ samples }: Listing): TableRow[] => samples.map((sample, index) => ({ ...sample, index }));
