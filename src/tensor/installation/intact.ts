/** Checks the files of an added engine. Disks, cleaners and power cuts may have changed them since it was added. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { digestOfFile } from '../../util/digest-file.ts';
import type { AddedEngine } from './part.ts';

/** Beside the files. */
const LIST = 'files.json';

type Files = Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;

/** Writes the list of all files of a folder. */
export async function listFiles(folder: string): Promise<void> {
  const files: Record<string, Files[string]> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = { bytes: statSync(file).size, sha256: await digestOfFile(file) };
  }
  await writeFile(path.join(folder, LIST), `${JSON.stringify(files, null, 2)}\n`);
}

/**
 * Finds a file that is missing or has another length, quickly. Undefined: none, or the engine has no list because
 * another program installed it.
 */
export function findShortened(folder: string): string | undefined {
  for (const [name, { bytes }] of Object.entries(filesOf(folder))) {
    const file = path.join(folder, name);
    if (!existsSync(file)) return `${file} is missing`;
    const found = statSync(file).size;
    if (found !== bytes) return `${file} has ${found} bytes, and ${bytes} when it was added`;
  }
  return undefined;
}

/** The same with every byte: seconds. */
export async function findDamage(folder: string): Promise<string | undefined> {
  const shortened = findShortened(folder);
  if (shortened !== undefined) return shortened;
  for (const [name, { sha256 }] of Object.entries(filesOf(folder))) {
    const file = path.join(folder, name);
    if ((await digestOfFile(file)) !== sha256) return `${file} has changed since it was added`;
  }
  return undefined;
}

function filesOf(folder: string): Files {
  const list = path.join(folder, LIST);
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Files) : {};
}

export const addAnew = (engine: AddedEngine): string =>
  `Add it anew: pipeline engine remove ${engine}, then pipeline engine add ${engine}`;
