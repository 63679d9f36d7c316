/** The contract, on a Slurm in memory whose jobs are processes of this machine. */
import { onTestFinished } from 'vitest';
import { attemptExecutorContract } from '../execution/attempt-executor.contract.ts';
import { jobProgram, stageProgram } from '../stage-program.ts';
import { FakeSlurm } from './fake-slurm.test-support.ts';
import { DEFAULT_SLURM } from './settings.ts';
import { SlurmAttempts } from './slurm-attempts.ts';

const make = (storeFolder: string): SlurmAttempts => {
  const commands = new FakeSlurm();
  onTestFinished(() => commands.kill());
  return new SlurmAttempts({
    storeFolder,
    settings: { ...DEFAULT_SLURM, intervalMs: 200 },
    hostProgram: stageProgram('host'),
    jobProgram: jobProgram(),
    commands,
  });
};

// Slurm reports an end that it was asked for before the processes of the job have ended.
attemptExecutorContract('slurm', make, { cleanUpMs: 5000 });
