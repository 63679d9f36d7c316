/** Which reader understands a folder or file. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../../util/result.ts';
import type { ReaderName } from '../reader/index.ts';
import { filesBelow, isImage, listTree } from '../reader/tree.ts';
import type { Obstacle } from './request.ts';

/** Files and folders that only a published data set has. */
const PUBLISHED: readonly (readonly [ReaderName, readonly string[]])[] = [
  ['ham10000', ['HAM10000_metadata.csv', 'HAM10000_metadata']],
  ['isic9', ['Skin cancer ISIC The International Skin Imaging Collaboration']],
  ['covid19', ['Covid19-dataset']],
  ['chest-xray', ['chest_xray']],
  ['idrid', ['B. Disease Grading']],
];

export async function chooseReader(images: string, labels: string | undefined): Promise<Result<ReaderName, Obstacle>> {
  if (statSync(images).isFile()) return chooseForFile(images);
  if (labels !== undefined) return ok('csv');
  const { files, folders } = await listTree(images);
  const published = PUBLISHED.find(([, marks]) => marks.some((mark) => files.includes(mark) || folders.includes(mark)));
  if (published !== undefined) return ok(published[0]);
  const arrays = files.filter((file) => /\.npz$/i.test(file));
  if (arrays.length === 1) return ok('medmnist');
  if (arrays.length > 1) return several(images, 'archives of arrays', arrays, '--images FILE');
  const tables = files.filter((file) => /\.(csv|tsv)$/i.test(file));
  const hasClasses = folders.length >= 2 && !files.some(isImage);
  if (tables.length === 1 && !hasClasses) return ok('csv');
  if (tables.length > 1 && !hasClasses) return several(images, 'tables', tables, '--labels FILE');
  return folders.length === 0 ? withoutLabels(images) : ok('folders');
}

function chooseForFile(file: string): Result<ReaderName, Obstacle> {
  if (/\.npz$/i.test(file)) return ok('medmnist');
  const remedy = /\.(csv|tsv|txt)$/i.test(file)
    ? `Name the folder of the images, and the table with --labels ${path.basename(file)}.`
    : 'Name a folder of images, or an archive of arrays (.npz).';
  return err({ message: `--images ${file} is neither a folder nor an archive of arrays (.npz)`, remedy });
}

function several(folder: string, kind: string, names: readonly string[], option: string): Result<never, Obstacle> {
  return err({
    message: `${folder} holds several ${kind}: ${names.join(', ')}`,
    remedy: `Name the right one: ${option}.`,
  });
}

async function withoutLabels(folder: string): Promise<Result<never, Obstacle>> {
  const images = (await filesBelow(folder, '')).filter(isImage).length;
  return err({
    message: `${folder} holds ${images === 0 ? 'no images' : `${images} images and no labels`}`,
    remedy: 'Put the images of each class into a folder of its own, or name a table: --labels FILE.',
  });
}
