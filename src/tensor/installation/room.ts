/** Free space on the disk, checked before anything is downloaded. */
import { statfs } from 'node:fs/promises';
import { enginesFolder } from './engines-folder.ts';
import { InstallationError } from './failure.ts';

export const MAKE_ROOM = 'Make room, or name another folder with XDG_CACHE_HOME.';

const GIB = 2 ** 30;

/** Throws InstallationError. @param needed bytes, for the downloads and the unpacked files together */
export async function checkRoom(needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(enginesFolder());
  const free = bavail * bsize;
  if (free < needed)
    throw new InstallationError(
      `${enginesFolder()} has ${(free / GIB).toFixed(1)} GiB free, and ${(needed / GIB).toFixed(1)} GiB are needed for a while`,
      MAKE_ROOM,
    );
}
