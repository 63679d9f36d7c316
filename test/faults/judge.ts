/** Checks the results after a fault and the next run against those of an undisturbed run. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCK_FILE, PUBLISHED } from './project.ts';

/** The results of a run: the outputs of each instance in the lockfile, and published files, by digest. */
export type Results = Readonly<Record<string, string>>;

export function resultsOf(root: string): Results {
  const { instances } = JSON.parse(readFileSync(path.join(root, LOCK_FILE), 'utf8')) as {
    instances: Record<string, { outputs: Record<string, { digest: string }> }>;
  };
  const made = Object.entries(instances).flatMap(([id, { outputs }]) =>
    Object.entries(outputs).map(([name, { digest }]) => [`${id} ${name}`, digest] as const),
  );
  const published = filesBelow(root, PUBLISHED).map((file) => [file, digestOf(path.join(root, file))] as const);
  return Object.fromEntries([...made, ...published]);
}

/** Everything below the root that the pipeline has no business with, by content and mode. */
export function userFilesOf(root: string): Results {
  const theirs = (file: string): boolean =>
    file !== LOCK_FILE &&
    !file.startsWith('cache/') &&
    !PUBLISHED.some((place) => file === place || file.startsWith(`${place}/`)) &&
    !isTemporary(file);
  return Object.fromEntries(
    filesBelow(root, ['.'])
      .filter(theirs)
      .map((file) => [file, `${digestOf(path.join(root, file))} ${statSync(path.join(root, file)).mode.toString(8)}`]),
  );
}

/** Blobs with a digest other than their name. */
export function unsoundBlobs(root: string): string[] {
  const blobs = filesBelow(root, ['cache/objects']).filter((file) => !isTemporary(file));
  return blobs.filter((file) => file.split('/').slice(-2).join('') !== digestOf(path.join(root, file)));
}

/** The leftovers of an interrupted execution. None of them may stay for good. */
export function litter(root: string): string[] {
  const temporary = filesBelow(root, ['.']).filter(isTemporary);
  const folders = ['cache/work', 'cache/leases'].flatMap((folder) =>
    namesIn(path.join(root, folder)).map((name) => `${folder}/${name}`),
  );
  return [...temporary, ...folders];
}

const ORPHAN_PATIENCE_MS = 10_000;

/** Processes that work in the project or were started for it, after the time allowed to the guard. */
export async function orphans(root: string): Promise<string[]> {
  const end = Date.now() + ORPHAN_PATIENCE_MS;
  for (;;) {
    const left = processesOf(root);
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(20);
  }
}

function processesOf(root: string): string[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [folder, environment] = [readlinkSync(`/proc/${pid}/cwd`), readFileSync(`/proc/${pid}/environ`, 'utf8')];
        if (folder !== root && !folder.startsWith(`${root}/`) && !environment.includes(`HOME=${root}\0`)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`];
      } catch {
        return []; // it has ended meanwhile, or is another user's
      }
    });
}

function isTemporary(file: string): boolean {
  return /(^|\/)\.[^/]*\.tmp(\/|$)/.test(file);
}

/** Files below some places of the root, relative to it. */
function filesBelow(root: string, places: readonly string[]): string[] {
  return places
    .flatMap((place) => {
      const start = path.join(root, place);
      if (!existsSync(start)) return [];
      if (statSync(start).isFile()) return [place];
      return readdirSync(start, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory() && !entry.isSymbolicLink())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    })
    .sort();
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
