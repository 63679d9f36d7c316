/**
 * Files of Pretext itself: the store, the lockfile, the committed outputs, pointer files of data, and the file that its
 * output goes to. They count as no part of an input.
 */
import { fstatSync, realpathSync, type BigIntStats } from 'node:fs';
import path from 'node:path';
import { placeOf } from '../../util/atomic-file.ts';
import { isWithin } from '../../util/is-within.ts';
import { isPointerFile, POINTER_ENDING } from './pointer-file.ts';

export interface OwnFiles {
  /** @param isLink a link may lead to own files under any name; other files are recognized by their names first */
  includes(file: string, isLink: boolean): boolean;
  /** True for the file that the output of this command is redirected to: it grows while an input is read. */
  isOutput(stat: Pick<BigIntStats, 'dev' | 'ino'>): boolean;
}

/** @param own absolute paths of files and folders, which need not exist */
export function ownFilesOf(own: readonly string[]): OwnFiles {
  const names = new Set(own.map((file) => path.basename(file)));
  const outputs = [1, 2].flatMap((descriptor) => regularFile(descriptor) ?? []);
  return {
    includes(file, isLink) {
      const written = placeOf(file); // a temporary beside the lockfile belongs to it
      if (written.endsWith(POINTER_ENDING) && isPointerFile(file)) return true;
      if (!isLink && !names.has(path.basename(written))) return false;
      const real = isLink ? realPath(file) : realLocation(written);
      return own.some((each) => isWithin(real, realLocation(each)) || isWithin(real, realPath(each)));
    },
    isOutput: ({ dev, ino }) => outputs.some((output) => output.ino === ino && output.dev === dev),
  };
}

function regularFile(descriptor: number): BigIntStats | undefined {
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    return stat.isFile() ? stat : undefined;
  } catch {
    return undefined; // closed
  }
}

/** With the links of the folder resolved; the file itself need not exist. */
function realLocation(file: string): string {
  return path.join(realPath(path.dirname(file)), path.basename(file));
}

function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    return file;
  }
}
