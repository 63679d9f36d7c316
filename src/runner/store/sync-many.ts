/**
 * Flushes many files or folders of one file system. A flush for each of 5,000 small files takes seconds, beside other
 * work minutes; one flush of the file system takes one.
 */
import { execa } from 'execa';
import pLimit from 'p-limit';
import { syncFile, syncFolder } from '../../util/atomic-file.ts';

/** Above this number, the whole file system is flushed instead of each file. */
const FEW = 64;
const AT_ONCE = 8;

/** @param within a folder on their file system */
export async function syncFiles(files: readonly string[], within: string): Promise<void> {
  await syncMany(files, within, syncFile);
}

/** Flushes the names in folders. */
export async function syncFolders(folders: readonly string[], within: string): Promise<void> {
  await syncMany(folders, within, syncFolder);
}

async function syncMany(
  paths: readonly string[],
  within: string,
  sync: (file: string) => Promise<void>,
): Promise<void> {
  if (paths.length > FEW && (await syncFileSystem(within))) return;
  const limit = pLimit(AT_ONCE);
  await Promise.all(paths.map((file) => limit(() => sync(file))));
}

/** By GNU's and BusyBox's `sync -f`; Node has no call for it. False: this system has no such command. */
export async function syncFileSystem(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { exitCode } = await execa('sync', ['-f', folder], { reject: false });
  return exitCode === 0;
}
