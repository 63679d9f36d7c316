/** Looking into folders: sorted by code unit, so that every machine lists the same order. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { byCodeUnit } from '../../../util/canonical-json.ts';
import { err, ok, type Result } from '../../../util/result.ts';

const IMAGE_EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.tif', '.tiff', '.webp', '.gif']);
/** Files and folders that file managers, editors and Python leave behind. */
const NOISE = /^(\..*|Thumbs\.db|desktop\.ini|__MACOSX|__pycache__|~\$.*|.*~)$/i;

export const isImage = (file: string): boolean => IMAGE_EXTENSIONS.has(extname(file).toLowerCase());

interface Contents {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Names of a folder's entries, links followed. A folder that does not exist holds nothing. */
export async function listTree(folder: string): Promise<Contents> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (NOISE.test(entry.name)) continue;
    const kind = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => entry) : entry;
    if (kind.isDirectory()) folders.push(entry.name);
    else files.push(entry.name);
  }
  return { files: files.sort(byCodeUnit), folders: folders.sort(byCodeUnit) };
}

/** Files of a folder and of those within it, as paths below `root`. */
export async function filesBelow(root: string, path: string): Promise<string[]> {
  const { files, folders } = await listTree(join(root, path));
  const deeper = await Promise.all(folders.map((name) => filesBelow(root, joinPath(path, name))));
  return [...files.map((name) => joinPath(path, name)), ...deeper.flat()];
}

export const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

/** The entry must exist. Otherwise the error names the searched folder and its contents. */
export async function findPath(folder: string, wanted: string): Promise<Result<string, string>> {
  const path = join(folder, wanted);
  const found = await stat(path).catch(() => null);
  return found === null ? err(await describeAbsence(folder, wanted)) : ok(path);
}

export async function describeAbsence(folder: string, wanted: string): Promise<string> {
  const { files, folders } = await listTree(folder);
  const names = [...folders.map((name) => `${name}/`), ...files];
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');
  return (
    `There is no "${wanted}" in ${folder}; ` +
    `${names.length === 0 ? 'that folder is empty or does not exist' : `it holds ${shown}`}.`
  );
}
