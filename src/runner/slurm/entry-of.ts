/** The entry of a task in the queue. */
import { entryKey, type Queue, type QueueEntry } from './queue.ts';
import { jobName } from './job-name.ts';
import type { Submission } from './submission-file.ts';

/** Its job, its member of an array, or the job of its allocation. */
export function entryOf(queue: Queue, { name, tasks, allocation }: Submission, index: number): QueueEntry | undefined {
  if (allocation !== undefined) return queue.get(entryKey(jobName(allocation), undefined));
  return queue.get(entryKey(name, tasks.length > 1 ? index : undefined));
}
