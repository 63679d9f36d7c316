/**
 * The file that a cell of a table means. People write names without extension, Windows paths and decomposed letters.
 */
import type { Result } from '../../../util/result.ts';
import { err, ok } from '../../../util/result.ts';

/** Finds a file of a folder by the text of a cell; the error is the reason why no file can be meant. */
export type FindImage = (cell: string) => Result<string, string>;

/** `files`: paths of all images below the folder, with forward slashes, as the file system spells them. */
export function imageFinder(files: readonly string[]): FindImage {
  const exact = new Set(files);
  const byName = groupBy(files, (file) => plain(file));
  const byStem = groupBy(files, (file) => plain(withoutExtension(file)));

  /** All images that a path could mean: with and without extension. */
  const candidates = (path: string): readonly string[] => byName.get(plain(path)) ?? byStem.get(plain(path)) ?? [];

  /** Made at the first absence: most tables have none. */
  let names: FileNames | undefined;
  const elsewhere = () => (names ??= fileNames(files));

  return (cell) => {
    const written = cell.trim().replaceAll('\\', '/');
    if (exact.has(written)) return ok(written);
    if (written === '') return err('it names no image');
    if (written.split('/').includes('..')) return err('a path below the folder is expected');
    const absolute = /^([a-z]:)?\//i.test(written);
    for (const path of absolute ? suffixesOf(written) : [written.replace(/^\.\//, '')]) {
      const found = candidates(path);
      const [only, ...others] = found;
      if (only !== undefined && others.length === 0) return ok(only);
      if (only !== undefined) return err(`it may be ${found.join(' or ')}; write one of these paths`);
    }
    return err(absolute ? 'an absolute path that ends in no image of this folder' : absence(written, elsewhere()));
  };
}

const plain = (path: string): string => path.normalize('NFC').toLowerCase();
const withoutExtension = (path: string): string => path.replace(/\.[^./]+$/, '');

/** `C:/study/a/b.png` -> `study/a/b.png`, `a/b.png`, `b.png`: the longest first. */
function suffixesOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && !/^[a-z]:$/i.test(part));
  return parts.map((_, i) => parts.slice(i).join('/'));
}

/** The first file of each name, without its folders, with and without extension. */
type FileNames = ReadonlyMap<string, string>;

function fileNames(files: readonly string[]): FileNames {
  const names = new Map<string, string>();
  for (const file of files)
    for (const name of [lastPart(plain(file)), withoutExtension(lastPart(plain(file)))])
      if (!names.has(name)) names.set(name, file);
  return names;
}

/** The same name in another folder is the most common cause, and worth a hint. */
function absence(path: string, names: FileNames): string {
  const elsewhere = names.get(lastPart(plain(path)));
  return elsewhere === undefined ? 'it is not there' : `it is not there, but ${elsewhere} is`;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function groupBy(files: readonly string[], keyOf: (file: string) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const key = keyOf(file);
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return groups;
}
