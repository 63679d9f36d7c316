/** The four facts that identify a hashed file without reading it. */
import type { BigIntStats } from 'node:fs';

/** Size, mtime, ctime (nanoseconds) and inode. The ctime catches an edit whose mtime was set back. */
export type StatRecord = string & { readonly __brand: 'StatRecord' };

export function statRecord(stat: BigIntStats): StatRecord {
  return `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}` as StatRecord;
}

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;

/**
 * May a file with this stat be trusted to change its stat when it changes? Not if it changed so recently that a second
 * change could fall into the same tick of its clock: At most 10 ms on current file systems, 2 s if times are whole
 * seconds (FAT, old network shares). `now` is the time by the file system's own clock (see clock.ts), before this stat
 * was taken.
 */
export function isSettled(stat: Pick<BigIntStats, 'mtimeNs' | 'ctimeNs'>, now: bigint): boolean {
  const newest = stat.ctimeNs > stat.mtimeNs ? stat.ctimeNs : stat.mtimeNs;
  const granularity = stat.ctimeNs % SECOND === 0n ? 2n * SECOND : 20n * MILLISECOND;
  return newest < now - granularity;
}
