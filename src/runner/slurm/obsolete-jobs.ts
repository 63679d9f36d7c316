/**
 * Jobs of earlier runs that this run does not take over, because the instance has another identity by now or has its
 * result. They are named; they are not used, and not killed in silence.
 */
import path from 'node:path';
import { isLeased } from '../resources/lease.ts';
import type { Plan } from '../plan.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { SlurmCommands } from './commands.ts';
import { dropAttempt } from './drop-attempt.ts';
import { JOB_PREFIX } from './job-name.ts';
import type { Left } from './left-attempts.ts';
import { isTaskOpen } from './allocation/allocation-folder.ts';
import { entryOf } from './entry-of.ts';
import { askQueue, type Queue } from './queue.ts';
import { hasEnded } from './states.ts';

/** Sentences for the user. Leftovers of jobs that are over are removed. */
export async function tellObsoleteJobs(
  left: readonly Left[],
  { entries }: Plan,
  storeFolder: string,
  commands: SlurmCommands,
): Promise<string[]> {
  const fingerprints = new Map(
    entries.map(({ instance, verdict }) => [
      instance.id,
      verdict.kind === 'blocked' ? undefined : verdict.kind === 'run' ? verdict.fingerprint : 'has its result',
    ]),
  );
  const obsolete = left.filter(({ order }) => {
    const wanted = fingerprints.get(order.instance.id);
    return wanted !== undefined && wanted !== order.sandbox.fingerprint;
  });
  const sentences: string[] = [];
  const queues = new Map<string, Queue | undefined>();
  for (const each of obsolete) {
    const { order, submission } = each;
    const lease = path.join(storeFolder, 'leases', order.sandbox.fingerprint);
    if (isLeasedBySomebody(lease)) continue; // another runner follows it
    const key = submission.clusters.join(' ');
    if (!queues.has(key)) queues.set(key, await queueOf(commands, submission.clusters));
    const queue = queues.get(key);
    if (queue === undefined) continue;
    if (!isInQueue(each, queue)) dropAttempt(order);
    else
      sentences.push(
        `${order.instance.id}: ${submission.name} of an earlier run still works on it as it was then; its result ` +
          `will not be used. \`pipeline cancel ${shellWord(order.instance.id)}\` ends it.`,
      );
  }
  return sentences;
}

export function isInQueue({ order, submission, index }: Left, queue: Queue): boolean {
  const entry = entryOf(queue, submission, index);
  if (entry === undefined || hasEnded(entry.state)) return false;
  return submission.allocation === undefined || isTaskOpen(order.storeFolder, submission, index);
}

/** The folder of leases may not be there yet. */
function isLeasedBySomebody(lease: string): boolean {
  try {
    return isLeased(lease);
  } catch {
    return false;
  }
}

async function queueOf(commands: SlurmCommands, clusters: readonly string[]): Promise<Queue | undefined> {
  const answer = await askQueue(commands, JOB_PREFIX, clusters);
  return answer.kind === 'queue' ? answer.queue : undefined;
}
