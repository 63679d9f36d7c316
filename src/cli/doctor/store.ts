/** Checks of the store's folder: can it be written, on which file system is it, how much space is left. */
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytes } from '../text/bytes.ts';
import { bad, doubtful, good, type Finding } from './finding.ts';

const LITTLE_SPACE = 5 * 1024 ** 3;

/** Magic numbers of statfs(2) on Linux. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0xef53: 'ext4',
  0x58465342: 'XFS',
  0x9123683e: 'Btrfs',
  0x2fc12fc1: 'ZFS',
  0x794c7630: 'overlayfs',
  0x01021994: 'tmpfs',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x65735546: 'FUSE',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
};

export async function storeWritable(folder: string, shown: string): Promise<Finding> {
  const probe = path.join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'probe');
    await rm(probe);
  } catch (error) {
    return bad(
      'store',
      `${shown} cannot be written: ${(error as Error).message}`,
      'Correct the permissions, or choose another folder: `store` in the settings.',
    );
  }
  const { type } = await statfs(folder);
  const name = FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`;
  if (name === 'tmpfs')
    return doubtful(
      'store',
      `${shown} is writable, on tmpfs: it is lost when the machine restarts`,
      'Choose a folder on a disk: `store` in the settings.',
    );
  return good('store', `${shown} is writable, on ${name}`);
}

/** Call it after storeWritable, which makes the folder. */
export async function storeSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const message = `${bytes(free)} free`;
  return free >= LITTLE_SPACE
    ? good('disk', message)
    : doubtful(
        'disk',
        message,
        'Weights and packed images need room: free some, or move the store with `store` in the settings.',
      );
}
