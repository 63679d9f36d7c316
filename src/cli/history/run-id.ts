/** The names of past runs on the command line. */
import type { PastRun, RunId } from '../../formats/past-run.ts';
import { refuse } from '../refusal.ts';

/** The random part of `20261123T034012345Z-1a2b3c4d`. */
export const shortRunId = (id: RunId): string => id.slice(id.indexOf('-') + 1);

/** Finds the run with an id, or a random part of it, that begins with `word`. `runs`: one or more. Throws a Refusal. */
export function findRun(word: string, runs: readonly PastRun[]): PastRun {
  const found = runs.filter(({ id }) => id.startsWith(word) || shortRunId(id).startsWith(word));
  const remedy = 'pipeline history lists the runs.';
  if (found.length > 1)
    throw refuse('ambiguous-run', `${word} names ${found.length} runs, and one is wanted`, { remedy });
  if (found[0] === undefined) throw refuse('unknown-run', `there is no run ${word}`, { remedy });
  return found[0];
}
