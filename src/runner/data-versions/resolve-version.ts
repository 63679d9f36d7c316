/** From the words of a user to a version: the first digits of its digest, or a revision of git. */
import type { DataPointer } from '../../formats/data-pointer.ts';
import { DataError } from './data-error.ts';
import { shownInRoot, type DataProject } from './data-project.ts';
import { committedVersions, versionAtRevision } from './pointer-history.ts';
import { notedVersions } from './version-notes.ts';

/** Undefined: the revision has no pointer file of this data. Throws DataError for an unknown word. */
export async function resolveVersion(
  project: DataProject,
  target: string,
  word: string,
): Promise<DataPointer | undefined> {
  const byDigest = /^[0-9a-f]{4,64}$/.test(word) ? await versionsOf(project, target, word) : [];
  if (byDigest.length > 1)
    throw new DataError(
      `${word} names ${byDigest.length} versions of ${shownInRoot(project, target)}`,
      `Give more digits: ${byDigest.map(({ digest }) => digest.slice(0, 12)).join(' or ')}.`,
    );
  if (byDigest[0]) return byDigest[0];
  const found = await versionAtRevision(target, word);
  if (found.kind === 'unknown')
    throw new DataError(
      `${word} is no version of ${shownInRoot(project, target)}, and git knows no such revision`,
      'pipeline data list shows the versions.',
    );
  return found.kind === 'pointer' ? found.pointer : undefined;
}

async function versionsOf(project: DataProject, target: string, start: string): Promise<DataPointer[]> {
  const noted = notedVersions(project.storeFolder, target);
  const committed = (await committedVersions(target)).map(({ pointer }) => pointer);
  const found = new Map([...committed, ...noted].map((pointer) => [pointer.digest, pointer] as const));
  return [...found.values()].filter(({ digest }) => digest.startsWith(start));
}
