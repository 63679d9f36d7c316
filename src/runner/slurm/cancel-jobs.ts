/** Cancels the jobs of instances, with or without a runner that follows them. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceId } from '../../formats/identity.ts';
import { isLeased } from '../resources/lease.ts';
import { allocationPath, removeTask, taskName } from './allocation/allocation-folder.ts';
import { revokeTasks } from './allocation/revoke-tasks.ts';
import { ClusterError } from './cluster-error.ts';
import type { SlurmCommands } from './commands.ts';
import { dropAttempt } from './drop-attempt.ts';
import { entryOf } from './entry-of.ts';
import { JOB_PREFIX } from './job-name.ts';
import { leftIn, type Left } from './left-attempts.ts';
import { isInQueue } from './obsolete-jobs.ts';
import { askQueue, type Queue, type QueueEntry } from './queue.ts';
import { isWaiting } from './states.ts';

export interface Cancelled {
  /** Their jobs were in the queue and are gone. */
  readonly cancelled: readonly InstanceId[];
  /** Their jobs are still there after the patience. */
  readonly stubborn: readonly InstanceId[];
}

const POLL_MS = 1000;
/** Slurm waits so long (KillWait, 30 s by default) between SIGTERM and SIGKILL; then the epilog runs. */
const PATIENCE_MS = 120_000;
/** Words on a command line. */
const MOST_IDS = 500;

/** Throws ClusterError where Slurm does not answer. @param wanted undefined: all instances of the store */
export async function cancelJobs(
  storeFolder: string,
  wanted: ReadonlySet<InstanceId> | undefined,
  commands: SlurmCommands,
): Promise<Cancelled> {
  const left = leftIn(storeFolder).filter(({ order }) => wanted === undefined || wanted.has(order.instance.id));
  const there = await inQueue(left, commands);
  const isStep = ({ left: { submission } }: InQueue): boolean => submission.allocation !== undefined;
  await cancelSteps(storeFolder, there.filter(isStep), commands);
  for (const [clusters, ids] of idsByCluster(there.filter((each) => !isStep(each)))) {
    for (let i = 0; i < ids.length; i += MOST_IDS) {
      const answer = await commands.call('scancel', [...clusters, ...ids.slice(i, i + MOST_IDS)]);
      if (answer.kind !== 'answer') throw new ClusterError(`Slurm does not cancel: ${answer.message}`);
    }
  }
  const until = performance.now() + PATIENCE_MS;
  let stubborn = there;
  while (stubborn.length > 0 && performance.now() < until) {
    await sleep(POLL_MS);
    stubborn = await inQueue(
      stubborn.map(({ left: each }) => each),
      commands,
    );
  }
  const living = new Set(stubborn.map(({ left: each }) => each));
  for (const each of left) if (!living.has(each) && !isFollowed(each, storeFolder)) dropAttempt(each.order);
  leftIn(storeFolder); // removes the files of submissions of which nothing is left
  return {
    cancelled: there.filter(({ left: each }) => !living.has(each)).map(idOf),
    stubborn: stubborn.map(idOf),
  };
}

interface InQueue {
  readonly left: Left;
  readonly entry: QueueEntry;
}

const idOf = ({ left }: InQueue): InstanceId => left.order.instance.id;

async function cancelSteps(storeFolder: string, steps: readonly InQueue[], commands: SlurmCommands): Promise<void> {
  await revokeTasks(
    storeFolder,
    steps.map(({ left }) => left),
    commands,
  );
  for (const { left, entry } of steps) {
    const { allocation = '', id } = left.submission;
    // An allocation that has begun looks at its tasks itself.
    if (isWaiting(entry.state)) removeTask(allocationPath(storeFolder, allocation), taskName(id, left.index));
  }
}

async function inQueue(left: readonly Left[], commands: SlurmCommands): Promise<InQueue[]> {
  const queues = new Map<string, Queue>();
  const found: InQueue[] = [];
  for (const each of left) {
    const { submission, index } = each;
    const key = submission.clusters.join(' ');
    if (!queues.has(key)) {
      const answer = await askQueue(commands, JOB_PREFIX, submission.clusters);
      if (answer.kind !== 'queue') throw new ClusterError(`Slurm does not answer: ${answer.message}`);
      queues.set(key, answer.queue);
    }
    const queue = queues.get(key);
    const entry = queue && entryOf(queue, submission, index);
    if (queue && entry && isInQueue(each, queue)) found.push({ left: each, entry });
  }
  return found;
}

function idsByCluster(there: readonly InQueue[]): [readonly string[], string[]][] {
  const byCluster = new Map<string, [readonly string[], string[]]>();
  for (const { left, entry } of there) {
    const { clusters } = left.submission;
    const group = byCluster.get(clusters.join(' ')) ?? [clusters, []];
    group[1].push(entry.id);
    byCluster.set(clusters.join(' '), group);
  }
  return [...byCluster.values()];
}

/** A runner that follows the job concludes it itself. */
function isFollowed({ order }: Left, storeFolder: string): boolean {
  try {
    return isLeased(path.join(storeFolder, 'leases', order.sandbox.fingerprint));
  } catch {
    return false;
  }
}
