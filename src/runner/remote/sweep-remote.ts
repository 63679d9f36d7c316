/**
 * Deletes from a remote what no push names. First unnamed packs are marked; a later sweep deletes those that were
 * marked at least a day before and are still unnamed. Versions of data are never forgotten.
 */
import { digestOf, type Digest } from '../../util/digest.ts';
import { readMarks } from './marks.ts';
import type { Remote } from './open-remote.ts';
import { listNotes, readNotes } from './push-note.ts';
import { packName, putIndex, type IndexContent } from './remote-index.ts';
import { RemoteError } from './remote-error.ts';

export interface RemoteSweepOptions {
  /** The newest pushes of each project that keep their results; undefined: all. */
  readonly keepPushes: number | undefined;
  readonly delete: boolean;
}

export interface RemoteSweep {
  readonly pushes: number;
  readonly projects: number;
  readonly packs: number;
  /** Packs that no push names, and those of them that a sweep marked at least a day ago. */
  readonly unnamed: number;
  readonly unnamedBytes: number;
  readonly due: number;
  readonly dueBytes: number;
  readonly deleted: boolean;
  /** Leftovers of killed pushes: drafts older than a day, and packs in no index that are older than a week. */
  readonly leftovers: number;
}

const DAY_MS = 24 * 3600 * 1000;

/** Throws RemoteError. Nothing is deleted if any note or index cannot be read. */
export async function sweepRemote(remote: Remote, options: RemoteSweepOptions): Promise<RemoteSweep> {
  const { storage, index } = remote;
  const [damaged] = index.damaged;
  if (damaged !== undefined)
    throw new RemoteError(`${damaged} of the remote is damaged, so its contents are unknown`, {
      remedy: 'Remove that object, then push again from where the results are.',
    });
  const marks = await readMarks(storage);
  const listed = await listNotes(storage);
  const notes = await readNotes(storage, listed);
  const named = namedPacks(remote, namedBlobs(notes, options.keepPushes));
  const now = await serverTime(remote);
  const marked = new Set(marks.filter(({ markedMs }) => markedMs < now - DAY_MS).flatMap(({ packs }) => packs));
  const unnamed = [...index.packs].filter(([pack]) => !named.has(pack));
  const due = unnamed.filter(([pack]) => marked.has(pack));
  const leftovers = await leftoversOf(remote, now);
  if (options.delete) {
    await mark(
      remote,
      unnamed.map(([pack]) => pack),
      new Set(marks.flatMap(({ packs }) => packs)),
    );
    await deletePacks(remote, new Set(due.map(([pack]) => pack)));
    await storage.remove(leftovers);
    await removeOldMarks(remote, marks, index.packs, named);
  }
  return {
    pushes: notes.length,
    projects: new Set(notes.map(({ project }) => project)).size,
    packs: index.packs.size,
    ...{ unnamed: unnamed.length, unnamedBytes: sizeOf(unnamed), due: due.length, dueBytes: sizeOf(due) },
    ...{ deleted: options.delete, leftovers: leftovers.length },
  };
}

/** A push that takes longer than a week must be started again. */
async function leftoversOf({ storage, index }: Remote, now: number): Promise<string[]> {
  const indexed = new Set([...index.packs.keys()].map(packName));
  const drafts = (await storage.list('tmp')).filter(({ modifiedMs }) => modifiedMs < now - DAY_MS);
  const packs = (await storage.list('packs')).filter(
    ({ name, modifiedMs }) => !indexed.has(name) && modifiedMs < now - 7 * DAY_MS,
  );
  return [...drafts, ...packs].map(({ name }) => name);
}

const sizeOf = (packs: readonly (readonly [Digest, number])[]): number =>
  packs.reduce((sum, [, bytes]) => sum + bytes, 0);

function namedBlobs(notes: Awaited<ReturnType<typeof readNotes>>, keepPushes: number | undefined): Set<Digest> {
  const names = new Set<Digest>();
  const counts = new Map<string, number>();
  for (const { project, results, data } of notes) {
    const count = (counts.get(project) ?? 0) + 1;
    counts.set(project, count);
    for (const digest of data) names.add(digest);
    if (keepPushes === undefined || count <= keepPushes) for (const digest of results) names.add(digest);
  }
  return names;
}

/** A pack stays as long as anything in it is named. */
function namedPacks({ index }: Remote, names: ReadonlySet<Digest>): Set<Digest> {
  const packs = new Set<Digest>();
  for (const digest of names)
    for (const { pieces } of index.placesOf(digest)) for (const { pack } of pieces) packs.add(pack);
  return packs;
}

/** By the clock of the server that dates the marks. */
async function serverTime({ storage }: Remote): Promise<number> {
  const name = `tmp/clock-${digestOf(String(Math.random())).slice(0, 16)}`;
  try {
    await storage.put(name, Buffer.from('clock'));
    const listed = await storage.list('tmp');
    return listed.find((each) => each.name === name)?.modifiedMs ?? Date.now();
  } finally {
    await storage.remove([name]).catch(() => undefined); // read-only: the clock of this machine
  }
}

async function mark({ storage }: Remote, packs: readonly Digest[], marked: ReadonlySet<Digest>): Promise<void> {
  const fresh = packs.filter((pack) => !marked.has(pack));
  if (fresh.length === 0) return;
  const text = fresh.map((pack) => `${pack}\n`).join('');
  await storage.put(`marks/${digestOf(text)}`, Buffer.from(text));
}

/** The new index first, then the old ones go, then the packs: no index ever names a deleted pack. */
async function deletePacks({ storage, index }: Remote, due: ReadonlySet<Digest>): Promise<void> {
  if (due.size === 0) return;
  const old = [...index.objects];
  const content: IndexContent = {
    packs: [...index.packs].filter(([pack]) => !due.has(pack)).map(([pack, bytes]) => ({ pack, bytes })),
    blobs: [...index.blobs].flatMap(([digest, places]) =>
      places
        .filter(({ pieces }) => pieces.every(({ pack }) => !due.has(pack)))
        .map((place) => [digest, place] as const),
    ),
    records: index.records.filter(([, , blob]) =>
      index.placesOf(blob).some(({ pieces }) => pieces.every(({ pack }) => !due.has(pack))),
    ),
  };
  const joined = await putIndex(storage, content);
  await storage.remove(old.filter((name) => name !== joined));
  await storage.remove([...due].map(packName));
}

/** A mark of packs that are all gone or named again says nothing any more. */
async function removeOldMarks(
  { storage }: Remote,
  marks: Awaited<ReturnType<typeof readMarks>>,
  packs: ReadonlyMap<Digest, number>,
  named: ReadonlySet<Digest>,
): Promise<void> {
  const present = new Set((await storage.list('packs')).map(({ name }) => name.replace('packs/', '').replace('/', '')));
  const isOver = (pack: Digest): boolean => named.has(pack) || !packs.has(pack) || !present.has(pack);
  await storage.remove(marks.filter((each) => each.packs.every(isOver)).map(({ name }) => name));
}
