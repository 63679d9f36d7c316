/** Any tree with a folder per class, with or without `train`, `val` and `test` above the classes. */
import { basename, join, resolve } from 'node:path';
import { err } from '../../../util/result.ts';
import type { PublishedSplit } from '../table.ts';
import { readClassFolders } from './class-folders.ts';
import type { Reader } from './listing.ts';
import { listTree } from './tree.ts';

export const folders: Reader = async (folder) => {
  const top = (await listTree(folder)).folders;
  const splits = top.filter((name) => splitOf(name) !== undefined);
  const trees =
    splits.length === 0
      ? [{ path: '', split: '' as PublishedSplit }]
      : splits.map((path) => ({ path, split: splitOf(path)! }));
  const classes = splits.length === 0 ? top : (await listTree(join(folder, splits[0]!))).folders;
  if (classes.length < 2) {
    return err(
      `${join(folder, splits[0] ?? '')} holds ${classes.length === 0 ? 'no folder' : `only the folder "${classes[0]!}"`}; one folder for each class is expected, two classes at least, with or without train/, val/ and test/ above them.`,
    );
  }
  const name = basename(resolve(folder));
  return readClassFolders(
    { name, title: name, classes, ordinal: false, domain: null, source: 'a folder per class' },
    { folder, trees },
  );
};

const splitOf = (folder: string): PublishedSplit | undefined =>
  (
    ({ train: 'train', val: 'validation', valid: 'validation', validation: 'validation', test: 'test' }) as Readonly<
      Record<string, PublishedSplit>
    >
  )[folder.toLowerCase()];
