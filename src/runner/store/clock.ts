/**
 * The present time on file systems. Each file system dates its files by its own clock: that of this machine, or a
 * server's, which may be ahead or behind. Only that clock gives the age of a file's last change.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Clock {
  /**
   * Nanoseconds by the clock of a device; in doubt, earlier. `time`: Date.now() then. `file`: any file on the device.
   */
  at(time: number, device: bigint, file: string): bigint;
}

/** The source of a clock; tests have others. */
export interface ClockSource {
  /** See clockOffset. */
  readonly offset: (folder: string) => bigint | undefined;
  readonly deviceOf: (folder: string) => bigint;
  /** The number of the file system's kind from statfs(2). */
  readonly kindOf: (file: string) => number;
}

/** @param folder in which a file may be written to read the clock of its device */
export function openClock(folder: string, { offset, deviceOf, kindOf }: ClockSource = SYSTEM): Clock {
  const offsets = new Map<bigint, bigint>();
  const measured = (device: bigint, file: string): bigint => {
    if (device === deviceOf(folder)) return offset(folder) ?? -MOST_SKEW;
    // Nothing is written into the user's data folders, so the clock of another server is unknown.
    return LOCAL.has(kindOf(file)) ? 0n : -MOST_SKEW;
  };
  return {
    at(time, device, file) {
      let ahead = offsets.get(device);
      if (ahead === undefined) offsets.set(device, (ahead = measured(device, file)));
      return BigInt(time) * MILLISECOND + ahead;
    },
  };
}

/**
 * The nanoseconds by which the clock of a folder's file system is ahead of ours. Undefined if the folder is not
 * writable.
 */
export function clockOffset(folder: string): bigint | undefined {
  const probe = path.join(folder, `.clock-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(probe, '');
    const time = statSync(probe, { bigint: true }).mtimeNs;
    rmSync(probe, { force: true });
    return time - BigInt(Date.now()) * MILLISECOND;
  } catch {
    return undefined;
  }
}

const MILLISECOND = 1_000_000n;
/** A server with a clock further behind is broken. */
const MOST_SKEW = 10n * 60n * 1000n * MILLISECOND;

/** File systems whose files this very machine dates: ext2-4, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS, FAT, exFAT. */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0x4d44, 0x2011bab0,
]);

const SYSTEM: ClockSource = {
  offset: clockOffset,
  deviceOf: (folder) => statSync(folder, { bigint: true }).dev,
  kindOf: (file) => statfsSync(file).type,
};
