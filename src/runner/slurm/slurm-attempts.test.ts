/** The contract, on a Slurm in memory whose jobs are processes of this machine. */
import { onTestFinished } from 'vitest';
import { attemptExecutorContract } from '../execution/attempt-executor.contract.ts';
import { allocationProgram, jobProgram, stageProgram } from '../stage-program.ts';
import { FakeSlurm } from './fake-slurm.test-support.ts';
import { DEFAULT_SLURM, type SlurmSettings } from './settings.ts';
import { SlurmAttempts } from './slurm-attempts.ts';

const make = (storeFolder: string, mode: SlurmSettings['mode'] = 'jobs'): SlurmAttempts => {
  const commands = new FakeSlurm();
  onTestFinished(() => commands.kill());
  return new SlurmAttempts({
    storeFolder,
    settings: { ...DEFAULT_SLURM, intervalMs: 200, mode, allocation: { nodes: 1, cpu: 4 } },
    hostProgram: stageProgram('host'),
    jobProgram: jobProgram(),
    allocationProgram: allocationProgram(),
    commands,
  });
};

attemptExecutorContract('slurm', (storeFolder) => make(storeFolder));
attemptExecutorContract('one allocation of slurm', (storeFolder) => make(storeFolder, 'allocation'));
