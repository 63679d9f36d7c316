/** The places to which other pipeline files publish, in this project and in others that use the same store. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { InstanceId } from '../../formats/identity.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { loadPipeline } from '../config/load.ts';
import { lockFileOf } from '../config/lock-file.ts';
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

const FORMAT = 'publishers 1';
const ENDING = '.lock.json';

interface Remembered {
  /** The lockfile and all files of the pipeline, with their stat when they were read. */
  readonly stats: Readonly<Record<string, string>>;
  readonly root: string;
  readonly places: readonly PublishedPlace[];
}

/**
 * A pipeline file counts if its lockfile names a result of an instance that publishes. Then it was there first. The file is
 * read as it is now: if it is gone, renamed or publishes elsewhere, the place is free.
 * @param storeFolder absolute
 */
export async function otherPublishers(pipeline: Pipeline, storeFolder: string): Promise<Publisher[]> {
  const stateFile = path.join(storeFolder, 'state', 'publishers');
  const lockFiles = otherLockfiles(pipeline, storeFolder);
  if (lockFiles.length === 0) return [];
  const known = new Map(readState(stateFile, FORMAT) as Iterable<[string, Remembered]> | undefined);
  let hasLearnt = false;
  const publishers: Publisher[] = [];
  for (const lockFile of lockFiles) {
    const file = `${lockFile.slice(0, -ENDING.length)}.json`;
    if (!existsSync(file)) continue;
    let remembered = known.get(lockFile);
    if (!remembered || !isCurrent(remembered)) {
      remembered = await look(file, lockFile);
      known.set(lockFile, remembered);
      hasLearnt = true;
    }
    const places = remembered.places.map((place) => ({ ...place, path: realPathOf(place.path) }));
    if (places.length > 0) publishers.push({ file, places });
  }
  if (hasLearnt) await writeState(stateFile, FORMAT, [...known]);
  return publishers;
}

/** Those that the store knows, and those beside the pipeline file or in the root: the store may have been removed. */
function otherLockfiles({ file, root }: Pipeline, storeFolder: string): string[] {
  const near = [root, path.dirname(file), path.join(root, 'pipelines')];
  const found = [
    ...registeredLockfiles(storeFolder).map(({ lockFile }) => lockFile),
    ...near.flatMap((folder) =>
      namesIfThere(folder)
        .filter((name) => name.endsWith(ENDING))
        .map((name) => path.join(folder, name)),
    ),
  ];
  const own = realPathOf(lockFileOf(file));
  const byRealPath = new Map(found.filter((each) => existsSync(each)).map((each) => [realPathOf(each), each]));
  byRealPath.delete(own);
  return [...byRealPath.values()].sort();
}

async function look(file: string, lockFile: string): Promise<Remembered> {
  const text = readFileSync(lockFile, 'utf8');
  const lock = parseLockfile(lockFile, text);
  const loaded = lock.ok ? await loadPipeline(file, { set: [] }) : undefined;
  // A file that cannot be read keeps no place.
  if (!lock.ok || !loaded?.ok) return { stats: statsOf([lockFile, file]), root: path.dirname(file), places: [] };
  const { pipeline, sources } = loaded.value;
  const places = pipeline.instances.flatMap(({ id, outputs }) =>
    Object.values(outputs).flatMap(({ publish }) =>
      publish === undefined || !lock.value.entries.has(id)
        ? []
        : [{ instance: id, path: path.resolve(pipeline.root, publish) }],
    ),
  );
  return { stats: statsOf([lockFile, ...sources.keys()]), root: pipeline.root, places };
}

const isCurrent = ({ stats }: Remembered): boolean =>
  Object.entries(stats).every(([file, stat]) => statOf(file) === stat);

const statsOf = (files: readonly string[]): Record<string, string> =>
  Object.fromEntries(files.map((file) => [file, statOf(file)]));

function statOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? statRecord(stat) : 'none';
}
