/** Any tree with a folder per class, with or without folders of a split (`train`, `Testing`, ...) above the classes. */
import { basename, join, resolve } from 'node:path';
import { byCodeUnit } from '../../../util/canonical-json.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import { scanDicom } from '../dicom/scan.ts';
import type { PublishedSplit } from '../table.ts';
import { isFold, nearlyEqualLabels, subsetOfWord } from '../user-table/words.ts';
import { readClassFolders } from './class-folders.ts';
import type { Reader } from './listing.ts';
import { filesBelow, listTree } from './tree.ts';

/** The folders that hold folders of classes. */
interface Layout {
  readonly trees: readonly { readonly path: string; readonly split: PublishedSplit }[];
  readonly classes: readonly string[];
  readonly notices: readonly string[];
}

export const folders: Reader = async (folder, { groupFolders = false } = {}) => {
  const found = await findLayout(folder, groupFolders);
  if (!found.ok) return found;
  const { trees, classes, notices } = found.value;
  const [first] = trees;
  if (classes.length < 2) {
    const [only] = classes;
    return err(
      `${join(folder, first?.path ?? '')} holds ` +
        `${only === undefined ? 'no folder' : `only the folder "${only}"`}; one folder for each class is expected, ` +
        'two classes at least, with or without train/, val/ and test/ above them.',
    );
  }
  const twins = nearlyEqualLabels(classes);
  if (twins)
    return err(`${folder}: the classes "${twins.join('" and "')}" differ by case or spaces only. Join the folders.`);
  const name = basename(resolve(folder));
  const description = { name, title: name, classes, ordinal: false, domain: null, source: 'a folder per class' };
  const dicom = await scanDicom(folder, await filesBelow(folder, ''));
  const listing = await readClassFolders(description, {
    folder,
    trees,
    dicom,
    lenient: true,
    ...(groupFolders && { groupOf: groupFolder(trees) }),
  });
  if (!listing.ok) return listing;
  return ok({ ...listing.value, dicom, notices: [...notices, ...(listing.value.notices ?? [])] });
};

/**
 * The folder below the class names the patient, in every part and class. An image without such a folder is a group of
 * its own.
 */
function groupFolder(trees: Layout['trees']): (image: string) => string {
  return (image) => {
    const tree = trees.find(({ path }) => path !== '' && image.startsWith(`${path}/`));
    const [, patient, ...file] = image.slice(tree === undefined ? 0 : tree.path.length + 1).split('/');
    return patient === undefined || file.length === 0 ? image : patient;
  };
}

async function findLayout(folder: string, groupFolders: boolean): Promise<Result<Layout, string>> {
  const top = (await listTree(folder)).folders;
  const inner = new Map(
    await Promise.all(top.map(async (name) => [name, (await listTree(join(folder, name))).folders] as const)),
  );
  const classesOf = (names: readonly string[]) =>
    [...new Set(names.flatMap((name) => inner.get(name) ?? []))].sort(byCodeUnit);

  // A part of a split holds folders of classes; a class may be called `valid`.
  const subsets = top.filter((name) => subsetOfWord(name) !== undefined && inner.get(name)?.length !== 0);
  if (subsets.length > 0) {
    const beside = top.filter((name) => !subsets.includes(name));
    const left = beside.map((name) => `The folder ${name}/ lies beside ${subsets.join('/, ')}/ and was left out.`);
    const trees = subsets.map((path) => ({ path, split: subsetOfWord(path) ?? '' }));
    return ok({ trees, classes: classesOf(subsets), notices: left });
  }
  if (top.length > 0 && top.every(isFold)) {
    const text =
      `The ${top.length} folds (${top.join(', ')}) are read as one set, and their division is not used: the stage ` +
      '"split" cuts anew.';
    return ok({ trees: top.map((path) => ({ path, split: '' })), classes: classesOf(top), notices: [text] });
  }
  if (!groupFolders && haveEqualFolders(top, inner)) {
    const shown = classesOf(top).slice(0, 4).join(', ');
    return err(
      `${folder}: the folders ${top.join(', ')} all hold the folders ${shown}, so they look like parts of a split ` +
        'and not like classes. Name them train, val and test, or fold_0, fold_1 and so on.',
    );
  }
  return ok({ trees: [{ path: '', split: '' }], classes: top, notices: [] });
}

/** Two folders or more with the same subfolders, two at least: nobody keeps classes so. */
function haveEqualFolders(top: readonly string[], inner: ReadonlyMap<string, readonly string[]>): boolean {
  const [first, ...others] = top.map((name) => inner.get(name) ?? []);
  if (first === undefined || others.length === 0 || first.length < 2) return false;
  return others.every((names) => names.length === first.length && names.every((name, i) => name === first[i]));
}
