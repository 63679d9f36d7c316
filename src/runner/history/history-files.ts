/** Past runs as files: `<store>/history/<run>.json`, written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { namesIfThere } from '../../util/if-there.ts';
import type { PastRun, RunId } from '../../formats/past-run.ts';
import { isRunId } from './journal-files.ts';

interface PastRuns {
  /** The newest first. */
  readonly runs: readonly PastRun[];
  /** Absolute paths of files that this version cannot read as a run. */
  readonly unreadable: readonly string[];
}

/** @param started ISO 8601, UTC */
export function newRunId(started: string): RunId {
  return `${started.replaceAll(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}` as RunId;
}

export async function saveRun(storeFolder: string, run: PastRun): Promise<void> {
  mkdirSync(historyFolder(storeFolder), { recursive: true });
  await writeFileAtomic(path.join(historyFolder(storeFolder), `${run.id}.json`), `${JSON.stringify(run)}\n`);
}

/** @param most the maximum number of files to read, newest first; a file of a large pipeline may have megabytes */
export function listRuns(storeFolder: string, most = Infinity): PastRuns {
  const files = runFiles(storeFolder).slice(0, most);
  const runs = files.map((file) => ({ file, run: readRun(file) }));
  return {
    runs: runs.flatMap(({ run }) => run ?? []),
    unreadable: runs.flatMap(({ file, run }) => (run === undefined ? [file] : [])),
  };
}

/** Absolute, the newest first. */
function runFiles(storeFolder: string): string[] {
  const folder = historyFolder(storeFolder);
  const names = namesIfThere(folder).filter((name) => name.endsWith('.json') && isRunId(path.parse(name).name));
  return names
    .sort(byCodeUnit)
    .reverse()
    .map((name) => path.join(folder, name));
}

function readRun(file: string): PastRun | undefined {
  try {
    const run = JSON.parse(readFileSync(file, 'utf8')) as { format: number; id: string; instances: unknown };
    return run.format === 1 && run.id === path.parse(file).name && Array.isArray(run.instances)
      ? (run as unknown as PastRun)
      : undefined;
  } catch {
    return undefined; // removed since it was listed, truncated, or not JSON at all
  }
}

const historyFolder = (storeFolder: string): string => path.join(storeFolder, 'history');
