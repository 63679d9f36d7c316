/**
 * The program of a job or a step: `node job.js <submission file> [index of the task]`. It carries out one task of the
 * submission, and leaves its end in a file on the shared file system, because Slurm forgets jobs after minutes.
 */
import path from 'node:path';
import { at } from '../../../util/known.ts';
import { attemptFolder, readOrder } from '../order-file.ts';
import { readSubmission } from '../submission-file.ts';
import { carryOutOrder } from './carry-out.ts';
import { jobOf } from './job.ts';

const file = at(process.argv, 2);
const storeFolder = path.dirname(path.dirname(file));
const submission = readSubmission(file);
const job = jobOf(process.env);
const task = submission?.tasks[Number(process.argv[3] ?? job.index ?? 0)];
const order = task && readOrder(path.join(storeFolder, 'work', task.sandbox));
if (submission === undefined || order === undefined) {
  process.stderr.write(`pipeline: nothing is left to do for job ${job.id}: its instance was concluded or cancelled.\n`);
  process.exit(0);
}
try {
  process.exit(await carryOutOrder(order, attemptFolder(order.sandbox.folder), submission, job));
} catch (error) {
  process.stderr.write(`pipeline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
