import { stageProgram } from '../stage-program.ts';
import { thisMachine } from '../resources/machine.ts';
import { attemptExecutorContract } from './attempt-executor.contract.ts';
import { LocalAttempts } from './local-attempts.ts';
import { localExecutor } from './local-executor.ts';

attemptExecutorContract(
  'this machine',
  (storeFolder) =>
    new LocalAttempts({
      executor: localExecutor(storeFolder),
      hostProgram: stageProgram('host'),
      machine: () => Promise.resolve(thisMachine({ kind: 'none' })),
    }),
);
