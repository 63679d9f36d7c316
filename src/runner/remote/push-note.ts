/**
 * The note of a push: the results and versions of data that a project relies on. A sweep of the remote keeps everything
 * that a note names. `projects/<project>/<time>-<digest>`, the last object of a push.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import pLimit from 'p-limit';
import { digestOf, type Digest } from '../../util/digest.ts';
import { putWhole } from './put-whole.ts';
import { RemoteError } from './remote-error.ts';
import type { RemoteStorage } from './storage.ts';

export interface PushNote {
  readonly format: 1;
  /** ISO 8601. */
  readonly time: string;
  /** Blobs of results, with their records. */
  readonly results: readonly Digest[];
  /** Blobs of versions of data. No sweep forgets them, because source data cannot be made again. */
  readonly data: readonly Digest[];
}

export interface ListedNote {
  readonly name: string;
  readonly project: string;
  readonly time: string;
}

/** `Skin lesions, phantoms` -> `skin-lesions-phantoms` */
export function projectId(pipelineName: string): string {
  const id = pipelineName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  return id === '' ? 'project' : id;
}

export async function putNote(storage: RemoteStorage, project: string, note: PushNote): Promise<void> {
  const bytes = await promisify(gzip)(JSON.stringify(note), { level: 1 });
  const name = `projects/${project}/${note.time.replaceAll(/[:.]/g, '')}-${digestOf(bytes)}`;
  await putWhole(storage, name, bytes);
}

/** The newest first. */
export async function listNotes(storage: RemoteStorage): Promise<ListedNote[]> {
  const listed = await storage.list('projects');
  return listed
    .flatMap(({ name }) => {
      const [, project, time] = /^projects\/([^/]+)\/([0-9TZ-]+)-[0-9a-f]{64}$/.exec(name) ?? [];
      return project === undefined || time === undefined ? [] : [{ name, project, time }];
    })
    .sort((a, b) => (a.time < b.time ? 1 : -1));
}

/** Throws RemoteError for a damaged one: nothing may be deleted then. */
export async function readNotes(
  storage: RemoteStorage,
  notes: readonly ListedNote[],
): Promise<(ListedNote & PushNote)[]> {
  const limit = pLimit(8);
  return Promise.all(
    notes.map((listed) =>
      limit(async () => {
        const bytes = await storage.get(listed.name);
        if (bytes === undefined || !listed.name.endsWith(digestOf(bytes)))
          throw new RemoteError(`${listed.name} of the remote is damaged`, {
            remedy: 'Push again from that project, then remove this object.',
          });
        return { ...(JSON.parse((await promisify(gunzip)(bytes)).toString()) as PushNote), ...listed };
      }),
    ),
  );
}
