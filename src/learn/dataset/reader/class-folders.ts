/** Trees in which the folder of an image is its class: `<root>/<class>/*` or `<root>/<split>/<class>/*`. */
import { join } from 'node:path';
import { err, ok, type Result } from '../../../util/result.ts';
import { isInScan, type DicomScan } from '../dicom/scan.ts';
import type { PublishedSplit } from '../table.ts';
import { isNote, masksAmong } from './companions.ts';
import type { DatasetDescription, ListingFault, Listing, ListedImage } from './listing.ts';
import { whyNoImage } from './unread-format.ts';
import { describeAbsence, filesBelow, isImage, joinPath, listTree } from './tree.ts';

interface ClassFolders {
  /** The data set's folder. */
  readonly folder: string;
  /** Below it, with forward slashes: one tree for each published split that the set has. */
  readonly trees: readonly { readonly path: string; readonly split: PublishedSplit }[];
  /** Lesion or patient by path; the image itself unless the set says more. */
  readonly groupOf?: (image: string) => string;
  /**
   * For the folder of a user: notes and masks beside the images are left out and counted, and a part of the split may
   * lack a class. Elsewhere all of this is a fault.
   */
  readonly lenient?: boolean;
  /** Files that are DICOM, whatever their extension. */
  readonly dicom?: DicomScan;
}

interface ClassContents {
  readonly samples: readonly ListedImage[];
  readonly faults: readonly ListingFault[];
  readonly masks: readonly string[];
  readonly notes: readonly string[];
}

/** Every class must have a folder in every tree, and other folders and files are faults, unless `lenient` says so. */
export async function readClassFolders(
  description: DatasetDescription,
  options: ClassFolders,
): Promise<Result<Listing, string>> {
  const { folder, trees } = options;
  const contents: ClassContents[] = [];
  for (const tree of trees) {
    const { folders } = await listTree(join(folder, tree.path));
    const missing = description.classes.find((label) => !folders.includes(label));
    if (missing !== undefined && !options.lenient)
      return err(await describeAbsence(join(folder, tree.path), `${missing}/`));
    contents.push(await readTree(description, options, tree));
  }
  const samples = contents.flatMap((tree) => tree.samples);
  const faults = contents.flatMap((tree) => tree.faults);
  return ok({ ...description, samples, faults, notices: leftOut(contents) });
}

async function readTree(
  { classes }: DatasetDescription,
  { folder, groupOf = (image) => image, lenient = false, dicom }: ClassFolders,
  { path, split }: ClassFolders['trees'][number],
): Promise<ClassContents> {
  const { folders, files } = await listTree(join(folder, path));
  const outside = files.map((file) => joinPath(path, file));
  const unknown = folders.filter((label) => !classes.includes(label));
  const known = folders.filter((label) => classes.includes(label));
  const inside = await Promise.all(known.map((label) => filesBelow(folder, joinPath(path, label))));
  const isDicom = (file: string): boolean => dicom !== undefined && isInScan(dicom, file);
  const isPicture = (file: string): boolean => isImage(file) || isDicom(file);
  const masks = lenient ? masksAmong(inside.flat().filter(isPicture)) : new Set<string>();
  const isLeftOut = (file: string): boolean => lenient && isNote(file) && !isDicom(file);
  return {
    samples: known.flatMap((label, i) =>
      (inside[i] ?? [])
        .filter((file) => isPicture(file) && !masks.has(file))
        .map((file) => ({ image: file, label, group: groupOf(file), split })),
    ),
    faults: [
      ...outside
        .filter((file) => !isLeftOut(file))
        .map((file) => ({ file, reason: 'it is outside of the class folders' })),
      ...inside
        .flat()
        .filter((file) => !isPicture(file) && !isLeftOut(file))
        .map((file) => ({ file, reason: whyNoImage(file) })),
      ...unknown.map((label) => ({
        file: joinPath(path, label),
        reason: `the class "${label}" is unknown; ${classes.join(', ')} are known`,
      })),
    ],
    masks: [...masks],
    notes: [...outside, ...inside.flat()].filter(isLeftOut),
  };
}

function leftOut(contents: readonly ClassContents[]): string[] {
  const counted = (files: readonly string[], kind: string): string[] => {
    const [first] = files;
    return first === undefined ? [] : [`${files.length} ${kind} left out, ${first} for one.`];
  };
  return [
    ...counted(
      contents.flatMap(({ masks }) => masks),
      'mask(s) beside images were',
    ),
    ...counted(
      contents.flatMap(({ notes }) => notes),
      'file(s) that are no images were',
    ),
  ];
}
