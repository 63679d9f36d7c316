/**
 * Outputs that are kept in git beside the lockfile (`commit: true`): `pipeline.lock/<instance>/<file>`, and the record
 * of the instance as `pipeline.lock/<instance>.json`. If the store lacks one, the copy is used after its digest was
 * compared.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { textIfThere } from '../../util/if-there.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import { formatRecord, parseRecord, recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';
import { instanceFolderName } from '../store/instance-folder-name.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';

export interface CommittedOutputs {
  /** Absolute places of the copies of an instance's outputs, by output. */
  places(instance: Instance): ReadonlyMap<string, string>;
  /** Puts the record beside the copies; does nothing for an instance without committed outputs. */
  writeRecord(instance: Instance, record: RunRecord): Promise<void>;
  /** Adds outputs to the store that the lockfile names, the store lacks and the copies hold. */
  importMissing(store: Store): Promise<void>;
}

interface CommittedOutputsDeps {
  readonly pipeline: Pipeline;
  /** Absolute, as `storeFolder`. */
  readonly lockFile: string;
  readonly storeFolder: string;
  readonly lock: Lockfile;
  readonly contents: DigestCache;
}

export function openCommittedOutputs({
  pipeline,
  lockFile,
  storeFolder,
  lock,
  contents,
}: CommittedOutputsDeps): CommittedOutputs {
  const folder = committedFolder(lockFile);
  const recordFile = ({ id }: Instance) => path.join(folder, `${instanceFolderName(id)}.json`);
  const places = ({ id, outputs }: Instance) =>
    new Map(
      Object.entries(outputs).flatMap(([name, { commit, file }]) =>
        commit ? [[name, committedCopy(lockFile, id, file)] as const] : [],
      ),
    );

  async function importOutput(output: StoredOutput, place: string, store: Store): Promise<void> {
    if (
      store.look(output.digest, output.kind === 'folder' ? undefined : output.bytes) === 'intact' &&
      hasFiles(output, store)
    )
      return;
    const copy = await readable(contents.of(place));
    if (copy?.digest !== output.digest) return;
    if (copy.kind !== 'folder') return takeCopy(place, store);
    const tree = copy.tree();
    for (const entry of parseTree(tree.text))
      if (entry.digest !== '') await takeCopy(path.join(place, entry.name), store);
    await store.put(tree.text);
  }

  /** The copy itself stays in place. */
  async function takeCopy(file: string, store: Store): Promise<void> {
    const aside = path.join(storeFolder, 'work', `copy-${randomBytes(6).toString('hex')}`);
    mkdirSync(path.dirname(aside), { recursive: true });
    copyFileSync(file, aside);
    await store.take(aside);
  }

  return {
    places,

    async writeRecord(instance, record) {
      if (places(instance).size > 0) await writeFileAtomic(recordFile(instance), formatRecord(record));
    },

    async importMissing(store) {
      for (const instance of pipeline.instances) {
        const locked = lock.get(instance.id);
        const copies = places(instance);
        if (!locked || copies.size === 0) continue;
        for (const [name, place] of copies) {
          const output = locked.outputs[name];
          if (output) await importOutput(output, place, store);
        }
        if (await store.record(recordKeyOf(locked))) continue;
        const record = parseRecord(textIfThere(recordFile(instance)), recordKeyOf(locked));
        if (record) await store.putRecord(record);
      }
    },
  };
}

/** The path of an output's copy. Absolute if that of the lockfile is. */
export function committedCopy(lockFile: string, id: InstanceId, file: string): string {
  return path.join(committedFolder(lockFile), instanceFolderName(id), file);
}

/** `pipeline.lock.json` -> `pipeline.lock`. */
export const committedFolder = (lockFile: string): string => lockFile.replace(/\.json$/, '');

function hasFiles({ kind, digest }: StoredOutput, store: Store): boolean {
  const list = kind === 'folder' ? store.text(digest) : undefined;
  return (
    kind !== 'folder' ||
    (list !== undefined &&
      parseTree(list).every((entry) => entry.digest === '' || store.look(entry.digest, entry.bytes) === 'intact'))
  );
}

/** A copy that cannot be read is none. */
async function readable<T>(content: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof UnreadableInputError) return undefined;
    throw error;
  }
}
