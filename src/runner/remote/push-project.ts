/** Pushes the results and the versions of data of a project. */
import { statSync } from 'node:fs';
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { archiveContentsOf } from '../archive/contents.ts';
import { versionEntries } from '../data-versions/version-entries.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { RunnerRegistration } from '../maintenance/runner-registration.ts';
import { formatRecord, recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { unusablePacks, type Remote } from './open-remote.ts';
import { projectId, putNote } from './push-note.ts';
import { pushBlobs, type PushedBlob, type PushSummary } from './push.ts';
import type { IndexedRecord } from './remote-index.ts';
import { repairPacks } from './repair-packs.ts';
import { noteDamagedPacks } from './remote-notes.ts';

export interface ProjectPush {
  readonly pipelineName: string;
  readonly ids: readonly InstanceId[];
  readonly versions: readonly DataPointer[];
  readonly lock: Lockfile;
  readonly store: Store;
  readonly registration: RunnerRegistration;
  readonly tell: (bytes: number, of: number) => void;
}

export interface ProjectPushSummary extends PushSummary {
  readonly results: number;
  /** Instances whose results are not in the store as the lockfile names them. */
  readonly lacking: readonly InstanceId[];
  readonly versions: number;
  /** Versions of data that are not whole in the store. */
  readonly lackingVersions: readonly DataPointer[];
}

/** Throws RemoteError, DamagedBlobError. */
export async function pushProject(remote: Remote, push: ProjectPush): Promise<ProjectPushSummary> {
  const { lock, store, registration, tell } = push;
  const { here, lacking } = await heldResults(push);
  const contents = await archiveContentsOf(here, lock, store);
  const whole = push.versions.filter((version) => dataBlobs(store, version) !== undefined);
  const data = whole.flatMap((version) => dataBlobs(store, version) ?? []);
  const records = contents.records.map(recordBlob);
  const blobs: PushedBlob[] = [...contents.blobs, ...records.map(({ blob }) => blob), ...data];
  while (!(await registration.relyOn(blobs.map(({ digest }) => digest))));
  const indexed = records.map(({ key }) => key);
  const { damaged, marked } = await unusablePacks(remote);
  const { storage, index, notes } = remote;
  const unrepaired = await repairPacks(damaged, { storage, index, store });
  const unusable = { damaged: new Set(unrepaired), marked };
  const summary = await pushBlobs(blobs, indexed, { storage, index, store, notes, ...unusable, tell });
  await putNote(storage, projectId(push.pipelineName), {
    format: 1,
    time: new Date().toISOString(),
    results: [...contents.blobs.map(({ digest }) => digest), ...records.map(({ blob }) => blob.digest)],
    data: data.map(({ digest }) => digest),
  });
  await noteDamagedPacks(notes, unrepaired);
  const lackingVersions = push.versions.filter((version) => !whole.includes(version));
  return { ...summary, results: contents.chosen.length, lacking, versions: whole.length, lackingVersions };
}

async function heldResults({ ids, lock, store }: ProjectPush): Promise<{ here: InstanceId[]; lacking: InstanceId[] }> {
  const here: InstanceId[] = [];
  const lacking: InstanceId[] = [];
  for (const id of ids) {
    const entry = lock.get(id);
    if (!entry) continue;
    ((await store.record(recordKeyOf(entry))) ? here : lacking).push(id);
  }
  return { here, lacking };
}

function recordBlob(record: RunRecord): { blob: PushedBlob; key: IndexedRecord } {
  const text = formatRecord(record);
  const digest = digestOf(text);
  const { fingerprint, result } = recordKeyOf(record);
  return { blob: { digest, bytes: Buffer.byteLength(text), text }, key: [fingerprint, result, digest] };
}

/** Undefined: the store lacks a part of the version. */
function dataBlobs(store: Store, version: DataPointer): PushedBlob[] | undefined {
  const entries = versionEntries(store, version);
  const lists = version.kind === 'folder' ? [version.digest, version.details] : [version.details];
  const listed = lists.flatMap((digest) => sized(store, digest) ?? []);
  const files = entries?.flatMap(({ digest, bytes }) => (digest === '' ? [] : [{ digest, bytes }]));
  const isWhole =
    listed.length === lists.length && files?.every(({ digest, bytes }) => store.look(digest, bytes) === 'intact');
  return isWhole && files ? [...listed, ...files] : undefined;
}

function sized(store: Store, digest: Digest): PushedBlob | undefined {
  const stat = statSync(store.pathOf(digest), { throwIfNoEntry: false });
  return stat && { digest, bytes: stat.size };
}
