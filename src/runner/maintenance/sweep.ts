/** Deletes from a store what nothing refers to, beside runners at work. */
import { rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import { listRuns } from '../history/history-files.ts';
import { beginSweep, livingRunners, type LivingRunners } from './runner-registration.ts';
import { findGarbage, type Garbage } from './garbage.ts';
import { findReachable } from './reachable.ts';
import { findGarbageRoots, digestsIn, type GarbageRoots } from './roots.ts';
import { registeredLockfiles, type RegisteredLockfile } from './store-lockfiles.ts';

export interface SweepOptions {
  /** Absolute, as all paths here. */
  readonly storeFolder: string;
  /** The lockfile of the current pipeline. The store knows those of other projects. */
  readonly lockFile: string;
  /** The number of past runs that keep their results. */
  readonly keepRuns: number;
  /** Fingerprints that the pipeline would make or restore as it is now. */
  readonly current: readonly string[];
  readonly delete: boolean;
}

export interface SweepReport {
  readonly garbage: readonly Garbage[];
  readonly deleted: boolean;
  readonly roots: GarbageRoots;
  readonly runs: number;
  readonly runners: LivingRunners;
  /** Projects that once used the store and are not to be seen from here. */
  readonly unseen: readonly RegisteredLockfile[];
}

/** A checkpoint whose parameters, code or data are not those of now may be wanted again after a holiday. */
const CHECKPOINTS_FOR_MS = 30 * 24 * 3600 * 1000;

/** The error names the other sweeper. Throws GitError. Nothing is deleted while a project is unseen. */
export async function sweep(wish: SweepOptions): Promise<Result<SweepReport, string>> {
  if (!wish.delete) return ok(await look(wish));
  const lease = beginSweep(wish.storeFolder);
  if (!lease.ok) return err(lease.error);
  try {
    const found = await look(wish);
    if (found.unseen.length > 0) return ok(found);
    for (const { path: place } of found.garbage) rmSync(place, { recursive: true, force: true });
    // Other folders stay: a runner may be about to put a file into one that is empty.
    for (const { kind, path: file } of found.garbage) if (kind === 'record') removeEmptyFolder(path.dirname(file));
    return ok({ ...found, deleted: true });
  } finally {
    lease.value.release();
  }
}

/** A writer of a record makes the folder again. */
function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty, or gone already.
  }
}

/** Runners first: what they finish while the lockfiles are read is young, and spared. */
async function look({ storeFolder, lockFile, keepRuns, current }: SweepOptions): Promise<SweepReport> {
  const runners = livingRunners(storeFolder);
  const now = Date.now();
  const registered = registeredLockfiles(storeFolder);
  const unseen = registered.filter(({ folderIsThere }) => !folderIsThere);
  const roots = await findGarbageRoots(
    [...new Set([lockFile, ...registered.filter(({ folderIsThere }) => folderIsThere).map((each) => each.lockFile)])],
    storeFolder,
  );
  const { runs } = listRuns(storeFolder, keepRuns);
  const reachable = findReachable(storeFolder, [
    ...roots.names,
    ...current,
    ...runners.names,
    ...digestsIn(JSON.stringify(runs)),
  ]);
  const garbage = findGarbage(storeFolder, {
    ...reachable,
    since: runners.since,
    checkpointsFor: CHECKPOINTS_FOR_MS,
    now,
  });
  return { garbage, deleted: false, roots, runs: runs.length, runners, unseen };
}
