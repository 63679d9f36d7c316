/**
 * A full disk as the cause of a failure. A program that dies of it often says nothing, because its log is on the same
 * disk.
 */
import { statfsSync } from 'node:fs';
import type { FullDisk } from '../../formats/failure.ts';

/** A disk with less room counts as full: some file systems refuse a write a little before the last byte. */
const NEXT_TO_NOTHING = 1024 * 1024;

/** The first of the folders whose disk is full. To be asked before the files of the failed attempt are removed. */
export function fullDisk(folders: readonly string[]): FullDisk | undefined {
  for (const path of folders) {
    const room = roomOf(path);
    if (room !== undefined && (room.bytes < NEXT_TO_NOTHING || room.files === 0))
      return { path, freeBytes: room.bytes };
  }
  return undefined;
}

/** Undefined where the system does not tell. `files`: how many more files there may be. */
function roomOf(folder: string): { readonly bytes: number; readonly files: number } | undefined {
  try {
    const { bavail, bfree, bsize, blocks, files, ffree } = statfsSync(folder);
    // Only root may fill the blocks that a file system reserves.
    const free = process.getuid?.() === 0 ? bfree : bavail;
    // File systems without a size of their own (some in memory, some remote) tell 0 of 0.
    return blocks === 0 ? undefined : { bytes: free * bsize, files: files === 0 ? Infinity : ffree };
  } catch {
    return undefined;
  }
}
