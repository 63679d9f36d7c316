/** `pipeline cancel [targets...]`: cancels the jobs of instances on Slurm, whether or not a run follows them. */
import type { InstanceId } from '../../formats/identity.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text/count.ts';

export interface CancelOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function cancel(
  targets: readonly string[],
  options: CancelOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { named } = selectTargets(project.pipeline, targets);
  const wanted: ReadonlySet<InstanceId> = new Set(named.map(({ id }) => id));
  const [{ cancelJobs }, { slurmCommands }] = await Promise.all([
    import('../../runner/slurm/cancel-jobs.ts'),
    import('../../runner/slurm/commands.ts'),
  ]);
  const { cancelled, stubborn } = await cancelJobs(project.storeFolder, wanted, slurmCommands());
  const { results, messages } = terminal;
  if (options.json) results.write(`${JSON.stringify({ cancelled, stubborn }, null, 2)}\n`);
  else if (cancelled.length + stubborn.length === 0) results.write('No job of these instances is in the queue.\n');
  else {
    for (const id of cancelled) results.write(`cancelled  ${id}\n`);
    results.write(`${count(cancelled.length, 'job')} cancelled. Checkpoints that they saved are kept.\n`);
  }
  for (const id of stubborn) messages.write(`${id}: its job is still in the queue. \`squeue --me\` shows its state.\n`);
  return stubborn.length === 0 ? exitCode.done : exitCode.stageFailed;
}
