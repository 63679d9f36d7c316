/** The program of the job of an allocation: `node allocation.js <store> <id of the allocation>`. */
import { at } from '../../../util/known.ts';
import { jobProgram } from '../../stage-program.ts';
import { allocationPath, readAllocation } from '../allocation/allocation-folder.ts';
import { slurmCommands } from '../commands.ts';
import { AllocationRun } from './allocation-run.ts';
import { jobOf } from './job.ts';

const storeFolder = at(process.argv, 2);
const allocation = readAllocation(allocationPath(storeFolder, at(process.argv, 3)));
if (allocation === undefined) {
  process.stderr.write('pipeline: nothing is left to do in this allocation: it was cancelled.\n');
  process.exit(0);
}
const commands = slurmCommands();
const { id } = jobOf(process.env);
const answer = await commands.call('scontrol', ['show', 'hostnames', process.env.SLURM_JOB_NODELIST ?? '']);
if (answer.kind !== 'answer') {
  process.stderr.write(`pipeline: the nodes of the allocation cannot be listed: ${answer.message}\n`);
  process.exit(1);
}
const nodes = answer.text.split('\n').filter(Boolean);
process.exit(
  await new AllocationRun(allocation, { storeFolder, jobId: id, nodes, jobProgram: jobProgram(), commands }).run(),
);
