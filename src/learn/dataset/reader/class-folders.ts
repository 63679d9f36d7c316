/** Trees in which the folder of an image is its class: `<root>/<class>/*` or `<root>/<split>/<class>/*`. */
import { join } from 'node:path';
import { err, ok, type Result } from '../../../util/result.ts';
import type { PublishedSplit } from '../table.ts';
import type { DatasetDescription, ListingFault, Listing, ListedImage } from './listing.ts';
import { describeAbsence, listTree, isImage } from './tree.ts';

interface ClassFolders {
  /** The data set's folder. */
  readonly folder: string;
  /** Below it, with forward slashes: one tree for each published split that the set has. */
  readonly trees: readonly { readonly path: string; readonly split: PublishedSplit }[];
  /** Lesion or patient by path; the image itself unless the set says more. */
  readonly groupOf?: (image: string) => string;
}

/** Every class must have a folder in every tree; other folders and files are faults. */
export async function readClassFolders(
  description: DatasetDescription,
  { folder, trees, groupOf = (image) => image }: ClassFolders,
): Promise<Result<Listing, string>> {
  const samples: ListedImage[] = [];
  const faults: ListingFault[] = [];
  for (const { path, split } of trees) {
    const { folders, files } = await listTree(join(folder, path));
    const missing = description.classes.find((label) => !folders.includes(label));
    if (missing !== undefined) return err(await describeAbsence(join(folder, path), `${missing}/`));
    for (const file of files) faults.push({ file: below(path, file), reason: 'it is outside of the class folders' });
    for (const label of folders) {
      const inside = below(path, label);
      if (!description.classes.includes(label)) {
        faults.push({
          file: inside,
          reason: `the class "${label}" is unknown; ${description.classes.join(', ')} are known`,
        });
        continue;
      }
      for (const file of await filesBelow(folder, inside)) {
        if (isImage(file)) samples.push({ image: file, label, group: groupOf(file), split });
        else faults.push({ file, reason: 'it is not an image by its extension' });
      }
    }
  }
  return ok({ ...description, samples, faults });
}

/** Files of a folder and of those within it. */
async function filesBelow(folder: string, path: string): Promise<string[]> {
  const { files, folders } = await listTree(join(folder, path));
  const deeper = await Promise.all(folders.map((name) => filesBelow(folder, below(path, name))));
  return [...files.map((name) => below(path, name)), ...deeper.flat()];
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);
