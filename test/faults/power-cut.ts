/**
 * The possible states of the disk after a power cut, by the weakest promises of a file system:
 *
 * - The content of a file that was written and not flushed since is there, cut short, or empty.
 * - Changes of the names in a folder (made, renamed, removed) happen in order. The last ones since the last flush of
 *   that folder may be lost. Folders are independent: after two changes in two folders, the later one may survive
 *   alone. A rename from one folder to another belongs to its target folder.
 * - Flushed data exists, if the folders above it exist.
 */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { RandomSource } from '../../src/util/random.ts';
import type { Call } from './preload.ts';

/** @param saveFolder the preloaded library's copies of replaced and removed files */
export function cutPower(trace: readonly Call[], saveFolder: string, source: RandomSource): void {
  const done = trace.filter(({ errno }) => errno === 0);
  const { unflushedFiles, unflushedNames } = remainders(done);
  for (const file of unflushedFiles) spoil(file, source);
  const undone = [...unflushedNames.values()].flatMap((calls) => calls.slice(source.integer(calls.length + 1)));
  for (const call of undone.sort((a, b) => b.number - a.number)) undo(call, saveFolder);
}

const NAMING: ReadonlySet<string> = new Set(['create', 'mkdir', 'symlink', 'rename', 'unlink', 'rmdir']);

function remainders(done: readonly Call[]): { unflushedFiles: Set<string>; unflushedNames: Map<string, Call[]> } {
  const unflushedFiles = new Set<string>();
  const unflushedNames = new Map<string, Call[]>();
  /** The trace has no writes of stages: their files are unflushed until the runner flushes them. */
  const flushed = new Set<string>();
  for (const call of done) {
    const { what, path: file, to } = call;
    if (what === 'fsync') {
      flushed.add(file);
      unflushedFiles.delete(file);
      unflushedNames.delete(file);
    } else if (what === 'create' || what === 'write' || what === 'truncate') {
      flushed.delete(file);
      unflushedFiles.add(file);
    } else if (what === 'rename') {
      moveNames(unflushedFiles, file, to);
      if (isFile(to) && !flushed.has(file)) unflushedFiles.add(to);
      moveNames(flushed, file, to);
      for (const [folder, calls] of [...unflushedNames]) {
        const moved = movedName(folder, file, to);
        if (moved === folder) continue;
        unflushedNames.delete(folder);
        unflushedNames.set(
          moved,
          calls.map((each) => ({ ...each, path: movedName(each.path, file, to), to: movedName(each.to, file, to) })),
        );
      }
    }
    if (NAMING.has(what)) {
      const folder = path.dirname(what === 'rename' ? to : file);
      unflushedNames.set(folder, [...(unflushedNames.get(folder) ?? []), call]);
    }
  }
  return { unflushedFiles, unflushedNames };
}

function movedName(name: string, from: string, to: string): string {
  return name === from || name.startsWith(`${from}/`) ? to + name.slice(from.length) : name;
}

function moveNames(names: Set<string>, from: string, to: string): void {
  for (const name of [...names]) {
    const moved = movedName(name, from, to);
    if (moved === name) continue;
    names.delete(name);
    names.add(moved);
  }
}

function isFile(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Long enough ago that a silent owner counts as dead: machines take their time to start. */
const OFF_MS = 600_000;

function spoil(file: string, source: RandomSource): void {
  if (!isFile(file)) return;
  const { size } = lstatSync(file);
  const left = [size, 0, source.integer(size + 1)][source.integer(3)]!;
  if (left === size) return;
  // Written as a new file, so that a hard link with the same content in the save folder stays as it is.
  const rest = readFileSync(file).subarray(0, left);
  const { mode } = lstatSync(file);
  rmSync(file);
  writeFileSync(file, rest, { mode });
  const past = new Date(Date.now() - OFF_MS);
  utimesSync(file, past, past);
}

function undo({ number, what, path: file, to }: Call, saveFolder: string): void {
  const saved = path.join(saveFolder, String(number));
  const restore = (place: string): void => {
    if (
      existsSync(saved) &&
      existsSync(path.dirname(place)) &&
      lstatSync(place, { throwIfNoEntry: false }) === undefined
    )
      linkSync(saved, place);
  };
  switch (what) {
    case 'create':
    case 'symlink':
    case 'mkdir':
      rmSync(file, { recursive: true, force: true });
      break;
    case 'unlink':
      restore(file);
      break;
    case 'rmdir':
      if (existsSync(path.dirname(file)) && !existsSync(file)) mkdirSync(file);
      break;
    case 'rename':
      // If the source folder is gone, nothing can be put back: then this rename did survive.
      if (lstatSync(to, { throwIfNoEntry: false }) === undefined || !existsSync(path.dirname(file)) || existsSync(file))
        return;
      renameSync(to, file);
      restore(to);
  }
}
