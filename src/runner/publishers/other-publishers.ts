/** The places to which other pipeline files publish, in this project and in others that use the same store. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { InstanceId } from '../../formats/identity.ts';
import { namesIfThere, textIfThere } from '../../util/if-there.ts';
import { loadPipeline } from '../config/load.ts';
import { LOCKFILE_ENDING, lockFileOf, pipelineFilesOf } from '../config/lock-file.ts';
import { projectRoot } from '../config/root.ts';
import { parseLockfile } from '../lockfile/lockfile.ts';
import { registeredLockfiles } from '../maintenance/store-lockfiles.ts';
import type { Pipeline } from '../pipeline.ts';
import { statRecord } from '../store/stat.ts';
import { readState, writeState } from '../store/state-file.ts';
import { realPathOf } from './real-path.ts';

/** Absolute and real, by the instance that publishes there. */
export interface PublishedPlace {
  readonly instance: InstanceId;
  readonly path: string;
}

export interface Publisher {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  readonly places: readonly PublishedPlace[];
}

const FORMAT = 'publishers 2';

interface Remembered {
  /** The lockfile and all files that the pipeline was looked for in, with their stat before they were read. */
  readonly stats: Readonly<Record<string, string>>;
  readonly root: string;
  readonly places: readonly PublishedPlace[];
}

/**
 * A pipeline file counts if its lockfile names a result of an instance that publishes. Then it was there first. The
 * file is read as it is now: if it is gone, renamed or publishes elsewhere, the place is free.
 * @param storeFolder absolute
 */
export async function otherPublishers(pipeline: Pipeline, storeFolder: string): Promise<Publisher[]> {
  const stateFile = path.join(storeFolder, 'state', 'publishers');
  const lockFiles = otherLockfiles(pipeline, storeFolder);
  if (lockFiles.length === 0) return [];
  const known = new Map(readState(stateFile, FORMAT) as Iterable<[string, Remembered]> | undefined);
  const current = new Map<string, Remembered>();
  const publishers: Publisher[] = [];
  for (const lockFile of lockFiles) {
    for (const file of pipelineFilesOf(lockFile)) {
      const remembered = known.get(file);
      const seen = remembered && isCurrent(file, remembered) ? remembered : await look(file, lockFile);
      if (!seen) continue;
      current.set(file, seen);
      const places = seen.places.map((place) => ({ ...place, path: realPathOf(place.path) }));
      if (places.length > 0) publishers.push({ file, places });
    }
  }
  const isSame = known.size === current.size && [...current].every(([file, seen]) => known.get(file) === seen);
  if (!isSame) await writeState(stateFile, FORMAT, [...current]);
  return publishers;
}

/** Those that the store knows, and those beside the pipeline file or in the root: the store may have been removed. */
function otherLockfiles({ file, root }: Pipeline, storeFolder: string): string[] {
  const near = new Set([root, path.dirname(file), path.join(root, 'pipelines')]);
  const found = new Set([
    ...registeredLockfiles(storeFolder).flatMap((each) =>
      each.kind === 'seen' && existsSync(each.lockFile) ? [each.lockFile] : [],
    ),
    ...[...near].flatMap((folder) =>
      namesIfThere(folder)
        .filter((name) => name.endsWith(LOCKFILE_ENDING))
        .map((name) => path.join(folder, name)),
    ),
  ]);
  const byRealPath = new Map([...found].map((each) => [realPathOf(each), each]));
  byRealPath.delete(realPathOf(lockFileOf(file)));
  return [...byRealPath.values()].sort();
}

/**
 * Undefined: it cannot be read, and keeps no place. That is not remembered: much more than its files decides whether it
 * can be read.
 */
async function look(file: string, lockFile: string): Promise<Remembered | undefined> {
  const stats: Record<string, string> = { [lockFile]: statOf(lockFile) };
  const lock = parseLockfile(lockFile, textIfThere(lockFile));
  if (!lock.ok) return undefined;
  const onRead = (each: string) => {
    stats[each] ??= statOf(each);
  };
  const loaded = await loadPipeline(file, { set: [], onRead });
  if (!loaded.ok) return undefined;
  const { pipeline } = loaded.value;
  const places = pipeline.instances.flatMap(({ id, outputs }) =>
    Object.values(outputs).flatMap(({ publish }) =>
      publish === undefined || !lock.value.entries.has(id)
        ? []
        : [{ instance: id, path: path.resolve(pipeline.root, publish) }],
    ),
  );
  return { stats, root: pipeline.root, places };
}

const isCurrent = (pipelineFile: string, { stats, root }: Remembered): boolean =>
  projectRoot(pipelineFile) === root && Object.entries(stats).every(([file, stat]) => statOf(file) === stat);

function statOf(file: string): string {
  try {
    return statRecord(statSync(file, { bigint: true }));
  } catch {
    return 'none'; // and no reader finds more there
  }
}
