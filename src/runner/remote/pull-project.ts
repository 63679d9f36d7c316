/** Brings results and versions of data from a remote into the store. */
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { checkedRecord, digestsOf } from '../archive/check-results.ts';
import { versionEntries } from '../data-versions/version-entries.ts';
import type { LockEntry, Lockfile } from '../lockfile/lockfile.ts';
import type { RunnerRegistration } from '../maintenance/runner-registration.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { fetchBlobs, fetchFault, fetchTexts, type FetchedBlobs, type FetchOptions } from './fetch-blobs.ts';
import type { Remote } from './open-remote.ts';

export interface PullContext {
  readonly remote: Remote;
  readonly store: Store;
  /** Absolute. */
  readonly storeFolder: string;
  readonly registration: RunnerRegistration;
  readonly tell: (bytes: number) => void;
}

export interface PulledResults {
  readonly added: readonly InstanceId[];
  readonly known: readonly InstanceId[];
  /** The lockfile names their results, and the remote lacks them. */
  readonly absent: readonly InstanceId[];
  readonly files: number;
  readonly bytes: number;
}

/** Results as the lockfile names them. Blobs come before records. Throws RemoteError. */
export async function pullResults(
  ids: readonly InstanceId[],
  lock: Lockfile,
  context: PullContext,
): Promise<PulledResults> {
  const { store } = context;
  const entries = ids.flatMap((id) => {
    const entry = lock.get(id);
    return entry ? [{ id, entry }] : [];
  });
  const here = await Promise.all(entries.map(({ entry }) => isHere(entry, store)));
  const wanted = entries.filter((_, i) => here[i] !== true);
  const blobOf = ({ entry }: { entry: LockEntry }): Digest | undefined => {
    const { fingerprint, result } = recordKeyOf(entry);
    return context.remote.index.record(fingerprint, result);
  };
  const found = wanted.filter((each) => blobOf(each) !== undefined);
  const fetched = await fetchRecords(
    found.flatMap((each) => blobOf(each) ?? []),
    context,
  );
  const records = new Map(fetched.records.map((record) => [keyText(record), record]));
  return {
    added: found.filter(({ entry }) => records.has(keyText(entry))).map(({ id }) => id),
    known: entries.filter((_, i) => here[i] === true).map(({ id }) => id),
    absent: wanted.filter(({ entry }) => !records.has(keyText(entry))).map(({ id }) => id),
    files: fetched.files,
    bytes: fetched.bytes,
  };
}

const keyText = (entry: Pick<LockEntry, 'fingerprint' | 'outputs'>): string =>
  Object.values(recordKeyOf(entry)).join('/');

async function isHere(entry: LockEntry, store: Store): Promise<boolean> {
  const record = await store.record(recordKeyOf(entry));
  if (!record) return false;
  const digests = digestsOf(record, (digest) => store.text(digest));
  return digests.every((digest) => store.look(digest) === 'intact');
}

/** The records in these blobs with all their outputs and their code. */
export async function fetchRecords(
  blobs: readonly Digest[],
  context: PullContext,
): Promise<{ readonly records: readonly RunRecord[]; readonly files: number; readonly bytes: number }> {
  const { remote, store } = context;
  const texts = await fetchTexts(blobs, remote);
  const unread = blobs.filter((digest) => !texts.has(digest));
  const fault = fetchFault({ fetched: 0, bytes: 0, absent: [], damaged: unread });
  if (fault) throw fault;
  const records = [...texts].map(([digest, text]) => checkedRecord(text, digest));
  const code = records.flatMap(({ identity }) => (identity.code.kind === 'module' ? [identity.code.bundle] : []));
  const series = records.flatMap(({ execution }) => execution.series?.digest ?? []);
  // It may have been pushed without it.
  const held = series.filter((digest) => remote.index.placesOf(digest).length > 0);
  const outputs = records.flatMap((record) => digestsOf(record, () => undefined));
  const first = await fetchInto([...outputs, ...code, ...held], context);
  const second = await fetchInto(
    records.flatMap((record) => digestsOf(record, (digest) => store.text(digest))),
    context,
  );
  for (const record of records) await store.putRecord(record);
  return { records, files: first.fetched + second.fetched, bytes: first.bytes + second.bytes };
}

async function fetchInto(digests: readonly Digest[], context: PullContext): Promise<FetchedBlobs> {
  const { registration } = context;
  while (!(await registration.relyOn(digests)));
  const fetched = await fetchBlobs(digests, fetchOptions(context));
  const fault = fetchFault(fetched);
  if (fault) throw fault;
  return fetched;
}

const fetchOptions = ({ remote, store, storeFolder, tell }: PullContext): FetchOptions => ({
  ...{ storage: remote.storage, index: remote.index, store, storeFolder, tell },
});

export interface PulledVersions {
  /** Versions whose content was brought, or was here already. */
  readonly whole: readonly DataPointer[];
  /** The remote lacks them. */
  readonly absent: readonly DataPointer[];
  readonly files: number;
  readonly bytes: number;
}

/** Throws RemoteError. */
export async function pullVersions(versions: readonly DataPointer[], context: PullContext): Promise<PulledVersions> {
  const { remote, store } = context;
  const whole: DataPointer[] = [];
  const absent: DataPointer[] = [];
  let [files, bytes] = [0, 0];
  for (const version of versions) {
    const isKnown = (digest: Digest): boolean =>
      store.look(digest) === 'intact' || remote.index.placesOf(digest).length > 0;
    if (!isKnown(version.digest)) {
      absent.push(version);
      continue;
    }
    const lists = [version.digest, ...(isKnown(version.details) ? [version.details] : [])];
    const first = await fetchInto(lists, context);
    const entries = versionEntries(store, version) ?? [];
    const second = await fetchInto(
      entries.flatMap(({ digest }) => (digest === '' ? [] : [digest])),
      context,
    );
    files += first.fetched + second.fetched;
    bytes += first.bytes + second.bytes;
    whole.push(version);
  }
  return { whole, absent, files, bytes };
}

/** The size of a pull without pulling. Lists of folders are read, because they name the files. */
export async function pullSize(
  ids: readonly InstanceId[],
  lock: Lockfile,
  versions: readonly DataPointer[],
  { remote, store }: Pick<PullContext, 'remote' | 'store'>,
): Promise<{ readonly results: number; readonly files: number; readonly bytes: number; readonly absent: number }> {
  const { index } = remote;
  const entries = ids.flatMap((id) => lock.get(id) ?? []);
  const blobs = entries.flatMap((entry) => {
    const { fingerprint, result } = recordKeyOf(entry);
    return index.record(fingerprint, result) ?? [];
  });
  const folders = [
    ...entries.flatMap(({ outputs }) =>
      Object.values(outputs).flatMap(({ kind, digest }) => (kind === 'folder' ? [digest] : [])),
    ),
    ...versions.flatMap(({ kind, digest }) => (kind === 'folder' ? [digest] : [])),
  ];
  const missing = folders.filter((digest) => store.look(digest) !== 'intact');
  const lists = await fetchTexts(missing, remote);
  const inside = folders.flatMap((digest) => filesIn(lists.get(digest) ?? store.text(digest)));
  const all = [
    ...entries.flatMap(({ outputs }) => Object.values(outputs).map(({ digest }) => digest)),
    ...versions.map(({ digest }) => digest),
    ...inside,
  ];
  const wanted = [...new Set(all)].filter((digest) => store.look(digest) !== 'intact');
  const known = wanted.filter((digest) => index.placesOf(digest).length > 0);
  return {
    results: blobs.length,
    files: known.length,
    bytes: known.reduce((sum, digest) => sum + (index.placesOf(digest)[0]?.bytes ?? 0), 0),
    absent: wanted.length - known.length,
  };
}

function filesIn(list: string | undefined): Digest[] {
  if (list === undefined) return [];
  const { entries } = JSON.parse(list) as { entries: [string, string, number, Digest | ''][] };
  return entries.flatMap(([, , , digest]) => (digest === '' ? [] : [digest]));
}
