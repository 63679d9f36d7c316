/** Cancels tasks of allocations: steps end within seconds, and the others are never begun. */
import path from 'node:path';
import { revokeAttempt } from '../attempt-submission.ts';
import type { Answer, SlurmCommands } from '../commands.ts';
import { jobName } from '../job-name.ts';
import { attemptFolder } from '../order-file.ts';
import type { Submission } from '../submission-file.ts';
import { allocationPath, sayNoMore, taskName, tasksIn } from './allocation-folder.ts';

export interface TaskOfAllocation {
  readonly submission: Submission;
  readonly index: number;
}

/** An allocation that still waits, and for which nothing else is to be done, leaves the queue. */
export async function revokeTasks(
  storeFolder: string,
  tasks: readonly TaskOfAllocation[],
  commands: SlurmCommands,
): Promise<void> {
  const revoked = new Map<string, Set<string>>();
  const clusters = new Map<string, readonly string[]>();
  for (const { submission, index } of tasks) {
    const { allocation, id, tasks: members } = submission;
    const sandbox = members[index]?.sandbox;
    if (allocation === undefined || sandbox === undefined) continue;
    revokeAttempt(attemptFolder(path.join(storeFolder, 'work', sandbox)));
    revoked.set(allocation, (revoked.get(allocation) ?? new Set()).add(taskName(id, index)));
    clusters.set(allocation, submission.clusters);
  }
  for (const [allocation, names] of revoked) {
    const folder = allocationPath(storeFolder, allocation);
    if (tasksIn(folder).some((name) => !names.has(name))) continue;
    sayNoMore(folder);
    await cancelWaiting(jobName(allocation), clusters.get(allocation) ?? [], commands);
  }
}

/** Slurm itself decides, in one step, whether the job still waits. */
export function cancelWaiting(name: string, clusters: readonly string[], commands: SlurmCommands): Promise<Answer> {
  return commands.call('scancel', [...clusters, '--state=PENDING', `--name=${name}`, `--user=${USER}`]);
}

const USER = String(process.getuid?.() ?? '');
