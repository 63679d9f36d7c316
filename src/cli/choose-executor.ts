/** The executor of a run: this machine, or Slurm. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionDeps } from '../runner/execution/execution-deps.ts';
import { localDeps } from '../runner/execution/run.ts';
import { allocationProgram, jobProgram, stageProgram } from '../runner/stage-program.ts';
import type { ExecutorName } from './executor-names.ts';
import type { Project } from './project.ts';

export interface ChosenExecutor {
  readonly deps: ExecutionDeps;
  /** Told once the run has begun. */
  listen(tell: (sentence: string) => void): void;
  /** For the end of a run; undefined: nothing is to be said. */
  readonly closingText: () => string | undefined;
}

/** A run on this machine, too, takes over the jobs of earlier runs: nothing is executed twice. */
export async function chooseExecutor(
  { settings, storeFolder }: Pick<Project, 'settings' | 'storeFolder'>,
  name: ExecutorName,
  isLeaving: boolean,
): Promise<ChosenExecutor> {
  const local = localDeps(storeFolder);
  if (name === 'local' && !existsSync(path.join(storeFolder, 'slurm')))
    return { deps: local, listen: () => undefined, closingText: () => undefined };
  const [{ SlurmAttempts }, { DEFAULT_SLURM }] = await Promise.all([
    import('../runner/slurm/slurm-attempts.ts'),
    import('../runner/slurm/settings.ts'),
  ]);
  const slurm = new SlurmAttempts({
    storeFolder,
    settings: settings.slurm ?? DEFAULT_SLURM,
    hostProgram: stageProgram('host'),
    jobProgram: jobProgram(),
    allocationProgram: allocationProgram(),
    isLeaving,
  });
  return {
    deps: { attempts: name === 'slurm' ? slurm : local.attempts, leftAttempts: slurm.left },
    listen: (tell) => {
      slurm.listen(tell);
    },
    closingText: () => {
      const calls = slurm.callsText();
      return calls === '' ? undefined : `Slurm was asked: ${calls}.`;
    },
  };
}
