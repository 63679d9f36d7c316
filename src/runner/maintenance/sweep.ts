/** Deletes from a store what nothing refers to, beside runners at work. */
import { rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { digestsIn } from '../../util/digests-in.ts';
import { err, ok, type Result } from '../../util/result.ts';
import { isSystemError } from '../../util/system-error.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { listRuns } from '../history/history-files.ts';
import { prunedLockfile, pruneLockfile } from '../lockfile/lockfile.ts';
import { LockfileError } from '../lockfile/lockfile-error.ts';
import { alone, type Lease } from '../resources/lease.ts';
import { beginSweep, livingRunners, type LivingRunners } from './runner-registration.ts';
import { findGarbage, type Garbage } from './garbage.ts';
import { findReachable } from './reachable.ts';
import { findGarbageRoots, type GarbageRoots } from './roots.ts';
import { namesOfJobs } from './names-of-jobs.ts';
import { registeredLockfiles, type UnseenLockfile } from './store-lockfiles.ts';

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
  /**
   * The instances of the pipeline as it is now. The entries of other ones in the lockfile keep nothing, and are dropped
   * from it.
   */
  readonly prune?: ReadonlySet<InstanceId>;
}

export interface SweepReport {
  readonly garbage: readonly Garbage[];
  readonly deleted: boolean;
  readonly roots: GarbageRoots;
  readonly runs: number;
  readonly runners: LivingRunners;
  /** Projects that once used the store and are not to be seen from here. */
  readonly unseen: readonly UnseenLockfile[];
  /** Entries of the lockfile that were dropped, or would be. */
  readonly dropped: readonly InstanceId[];
}

/** A checkpoint whose parameters, code or data are not those of now may be wanted again after a holiday. */
const CHECKPOINTS_FOR_MS = 30 * 24 * 3600 * 1000;

/**
 * The error names the other sweeper. Throws GitError, and LockfileError where `prune` cannot read the lockfile. Nothing
 * is deleted while a project is unseen.
 */
export async function sweep(wish: SweepOptions): Promise<Result<SweepReport, string>> {
  if (!wish.delete) return ok(await look(wish));
  const begun = await begin(wish);
  if (!begun.ok) return err(begun.error);
  const { lease, madeRoom } = begun.value;
  try {
    const found = await look(wish);
    if (found.unseen.length > 0) return ok(found);
    for (const garbage of found.garbage) remove(garbage);
    const { prune, storeFolder, lockFile } = wish;
    if (prune !== undefined && found.dropped.length > 0)
      await alone(path.join(storeFolder, 'leases', 'lockfile'), () =>
        pruneLockfile(lockFile, (id) => prune.has(id), path.join(storeFolder, 'drafts')),
      );
    return ok({ ...found, garbage: [...madeRoom, ...found.garbage], deleted: true });
  } finally {
    lease.release();
  }
}

interface Begun {
  readonly lease: Lease;
  /** Deleted before, because a full disk had no room for the lease. */
  readonly madeRoom: readonly Garbage[];
}

/** A full disk may have no room for a lease. Then no runner can register itself either, and garbage goes first. */
async function begin(wish: SweepOptions): Promise<Result<Begun, string>> {
  const madeRoom: Garbage[] = [];
  let garbage: Garbage[] | undefined;
  for (;;) {
    try {
      const lease = beginSweep(wish.storeFolder);
      return lease.ok ? ok({ lease: lease.value, madeRoom }) : lease;
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      garbage ??= await removable(wish);
      const next = garbage.shift();
      if (next === undefined || livingRunners(wish.storeFolder).count > 0) throw error;
      remove(next);
      madeRoom.push(next);
    }
  }
}

/** Leftovers first; a record before its files. */
async function removable(wish: SweepOptions): Promise<Garbage[]> {
  const { garbage, unseen } = await look(wish);
  if (unseen.length > 0) return [];
  const isResult = ({ kind }: Garbage): boolean => kind === 'record' || kind === 'file';
  return [...garbage.filter((each) => !isResult(each)), ...garbage.filter(isResult)];
}

const isFullDisk = (error: unknown): boolean =>
  isSystemError(error) && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

function remove({ kind, path: place }: Garbage): void {
  rmSync(place, { recursive: true, force: true });
  // Other folders stay: a runner may be about to put a file into one that is empty.
  if (kind === 'record') removeEmptyFolder(path.dirname(place));
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
async function look({ storeFolder, lockFile, keepRuns, current, prune }: SweepOptions): Promise<SweepReport> {
  const runners = livingRunners(storeFolder);
  const now = Date.now();
  const registered = registeredLockfiles(storeFolder);
  const seen = registered.flatMap((each) => (each.kind === 'seen' ? [each.lockFile] : []));
  const unseen = registered.filter((each) => each.kind !== 'seen');
  const pruned = prune && prunedLockfile(lockFile, (id) => prune.has(id));
  if (pruned?.ok === false) throw new LockfileError(pruned.error);
  const roots = await findGarbageRoots(
    [...new Set([lockFile, ...seen])],
    storeFolder,
    new Map(pruned === undefined ? [] : [[lockFile, pruned.value.text]]),
  );
  const dropped = pruned?.value.dropped ?? [];
  const { runs } = listRuns(storeFolder, keepRuns);
  // A sweep over many values was the last run as a rule: it does not keep what is to be dropped.
  const wanted = runs.flatMap(({ instances }) => instances.filter(({ id }) => !dropped.includes(id)));
  const reachable = findReachable(storeFolder, [
    ...roots.names,
    ...current,
    ...runners.names,
    ...digestsIn(JSON.stringify(wanted)),
    ...namesOfJobs(storeFolder),
  ]);
  const garbage = findGarbage(storeFolder, {
    ...reachable,
    since: runners.since,
    checkpointsFor: CHECKPOINTS_FOR_MS,
    now,
  });
  return { garbage, deleted: false, roots, runs: runs.length, runners, unseen, dropped };
}
