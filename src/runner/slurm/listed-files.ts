/** The list of outputs in an end file: written by the job, compared by the runner on its own host. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { blobFile } from '../store/local-store.ts';
import type { ListedFile } from './starts.ts';

/** Regular files, links followed. Anything else is judged when the outputs are collected. */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const listed: ListedFile[] = [];
  for (const name of namesBelow(folder)) {
    const file = path.join(folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) continue;
    const isExecutable = (stat.mode & 0o100) !== 0;
    const facts = { name, bytes: stat.size, digest: await digestOfFile(file) };
    listed.push({ ...facts, ...(isExecutable && { executable: true }) });
  }
  return listed;
}

/**
 * Puts files back that an earlier runner had moved into the store when it was killed, before it had written the record
 * of the result.
 */
export function bringBack(folder: string, listed: readonly ListedFile[], storeFolder: string): void {
  for (const { name, bytes, digest, executable } of listed) {
    const file = path.join(folder, name);
    const blob = blobFile(storeFolder, digest);
    if (existsSync(file) || statSync(blob, { throwIfNoEntry: false })?.size !== bytes) continue;
    const draft = `${file}.back`;
    copyFileSync(blob, draft, constants.COPYFILE_FICLONE);
    chmodSync(draft, executable === true ? 0o755 : 0o644);
    renameSync(draft, file);
  }
}

/** The first file that is not here as it is listed, in words; undefined: all are. */
export async function missingOf(folder: string, listed: readonly ListedFile[]): Promise<string | undefined> {
  const names = new Set(namesBelow(folder)); // opens the folders, which a network file system needs
  for (const { name, bytes, digest } of listed) {
    const file = path.join(folder, name);
    const stat = names.has(name) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    if (stat === undefined) return `${file} is not there`;
    if (stat.size !== bytes) return `${file} has ${stat.size} bytes instead of ${bytes}`;
    if ((await digestOfFile(file)) !== digest) return `${file} has other content than the job wrote`;
  }
  return undefined;
}

function namesBelow(folder: string, prefix = ''): string[] {
  let entries;
  try {
    entries = readdirSync(path.join(folder, prefix), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const name = path.join(prefix, entry.name);
    return entry.isDirectory() ? namesBelow(folder, name) : [name];
  });
}

async function digestOfFile(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest('hex') as Digest;
}
