/**
 * The marks of a sweep: packs that nothing named at a time. `marks/<name>`. A sweep deletes only packs whose mark is a
 * day old. A push does not rely on a marked pack.
 */
import type { Digest } from '../../util/digest.ts';
import type { RemoteStorage } from './storage.ts';

export interface Mark {
  readonly name: string;
  /** By the clock of the server, in milliseconds. */
  readonly markedMs: number;
  readonly packs: readonly Digest[];
}

export async function readMarks(storage: RemoteStorage): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const { name, modifiedMs } of await storage.list('marks')) {
    const bytes = await storage.get(name);
    const packs = (bytes?.toString() ?? '').split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line)) as Digest[];
    marks.push({ name, markedMs: modifiedMs, packs });
  }
  return marks;
}
