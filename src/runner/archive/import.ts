/** Brings results that were made elsewhere into a store, once everything about them has been verified. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import type { RunnerRegistration } from '../maintenance/runner-registration.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { ArchivedFile, ArchiveManifest } from '../../formats/archive-manifest.ts';
import { keepAlive, writeOwner } from '../store/owner.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { ArchiveError } from './archive-error.ts';
import { checkedRecord, digestsOf } from './check-results.ts';
import { purposeOf } from './manifest.ts';
import { unpack } from './unpack.ts';
import { entry } from '../../util/known.ts';

export interface ImportOptions {
  readonly pipeline: Pipeline;
  readonly store: Store;
  /** Absolute. */
  readonly storeFolder: string;
  readonly lock: Lockfile;
  /** Protects blobs of the store that the archive relies on from a sweep. */
  readonly registration: RunnerRegistration;
  readonly tell: (bytes: number, of: number) => void;
}

export interface ImportSummary {
  /** The pipeline that the archive was made from. */
  readonly from: string;
  /** Records that the store did not have, and those it had. */
  readonly added: readonly InstanceId[];
  readonly known: readonly InstanceId[];
  /** Results of instances that this pipeline does not have. */
  readonly foreign: readonly string[];
  readonly bytes: number;
}

/** Throws ArchiveError, and then the store is as it was. @param file absolute */
export async function importArchive(file: string, importing: ImportOptions): Promise<ImportSummary> {
  const folder = path.join(importing.storeFolder, 'work', `import-${randomBytes(6).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  const owner = path.join(folder, 'owner.json'); // if this process dies, the next command clears the folder away
  writeOwner(owner);
  const rest = keepAlive(owner);
  try {
    const manifest = await unpack(file, { folder, tell: importing.tell, choose: (found) => chooser(found, importing) });
    const unpacked = new Unpacked(manifest, folder, importing.store);
    return await merge(unpacked, verifiedRecords(unpacked), importing);
  } finally {
    rest();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Records are always read; blobs that the store holds already are not taken a second time. */
async function chooser(
  { files }: ArchiveManifest,
  { store, registration }: ImportOptions,
): Promise<(file: ArchivedFile) => boolean> {
  await registration.relyOn(files.map(({ digest }) => digest));
  const held = new Set<string>();
  for (const { name, digest, bytes } of files) {
    if (
      purposeOf(name)?.kind === 'blob' &&
      store.look(digest, bytes) === 'intact' &&
      (await store.verify(digest)) === 'intact'
    )
      held.add(name);
  }
  return ({ name }) => !held.has(name);
}

/** The unpacked files, each verified by its digest. */
class Unpacked {
  readonly manifest: ArchiveManifest;
  readonly #store: Store;
  readonly #places = new Map<string, string>();

  constructor(manifest: ArchiveManifest, folder: string, store: Store) {
    this.manifest = manifest;
    this.#store = store;
    for (const [i, { name }] of manifest.files.entries()) this.#places.set(name, path.join(folder, String(i)));
  }

  /** Absolute. */
  placeOf(name: string): string {
    return entry(this.#places, name);
  }

  get records(): { readonly digest: Digest; readonly text: string }[] {
    return this.manifest.files.flatMap(({ name, digest }) =>
      purposeOf(name)?.kind === 'record' ? [{ digest, text: readFileSync(this.placeOf(name), 'utf8') }] : [],
    );
  }

  get blobs(): ReadonlyMap<Digest, ArchivedFile> {
    return new Map(
      this.manifest.files.flatMap((file) =>
        purposeOf(file.name)?.kind === 'blob' ? [[file.digest, file] as const] : [],
      ),
    );
  }

  /** The text of a blob of the archive. */
  text({ name, digest }: ArchivedFile): string | undefined {
    const held = this.#store.text(digest);
    return held ?? readFileSync(this.placeOf(name), 'utf8');
  }
}

/** The records whose outputs are all in the archive. */
function verifiedRecords(unpacked: Unpacked): ReadonlyMap<Digest, RunRecord> {
  const { blobs } = unpacked;
  const records = new Map(unpacked.records.map(({ digest, text }) => [digest, checkedRecord(text, digest)]));
  for (const record of records.values()) {
    const listed = (digest: Digest): string | undefined => {
      const file = blobs.get(digest);
      return file && unpacked.text(file);
    };
    for (const digest of digestsOf(record, listed)) {
      if (!blobs.has(digest))
        throw new ArchiveError(`the archive lacks ${digest.slice(0, 12)}, which ${record.instance} made`);
    }
  }
  for (const [id, digest] of Object.entries(unpacked.manifest.results)) {
    if (records.get(digest)?.instance !== id)
      throw new ArchiveError(`the archive names a result of ${id} that belongs to another instance`);
  }
  return records;
}

/** First all blobs, then records, producers first, then the lockfile: a crash leaves no record without its blobs. */
async function merge(
  unpacked: Unpacked,
  verified: ReadonlyMap<Digest, RunRecord>,
  { pipeline, store, lock }: ImportOptions,
): Promise<ImportSummary> {
  const own = new Set(pipeline.instances.map(({ id }) => id));
  const records = [...verified.values()];
  const wanted = records.filter(({ instance }) => own.has(instance));
  const { blobs, manifest } = unpacked;
  const text = (digest: Digest) => unpacked.text(entry(blobs, digest));
  const needed = new Set(
    wanted.flatMap((record) => [
      ...digestsOf(record, text),
      ...(record.identity.code.kind === 'module' ? [record.identity.code.bundle] : []),
      ...(record.execution.series === undefined ? [] : [record.execution.series.digest]),
    ]),
  );
  let bytes = 0;
  for (const digest of needed) {
    const file = blobs.get(digest);
    if (!file || store.look(digest, file.bytes) === 'intact') continue;
    await store.take(unpacked.placeOf(file.name));
    bytes += file.bytes;
  }
  const named = new Set(Object.values(manifest.results).map((digest) => verified.get(digest)));
  const [added, known]: [InstanceId[], InstanceId[]] = [[], []];
  for (const record of wanted) {
    const there = (await store.record(recordKeyOf(record))) !== undefined;
    if (!there) await store.putRecord(record);
    (there ? known : added).push(record.instance);
    // An existing entry of the lockfile was made here and stays; a run updates it if it differs.
    if (named.has(record) && lock.get(record.instance) === undefined) lock.set(record.instance, record);
  }
  await lock.save(() => true);
  return {
    from: manifest.pipeline,
    added,
    known,
    foreign: records.filter(({ instance }) => !own.has(instance)).map(({ instance }) => instance),
    bytes,
  };
}
