/**
 * Imports bundles in a process of its own and reads the contracts of their stages. A bundle that ends the process, or
 * takes too long, costs only its own answer.
 */
import { fork, type ChildProcess } from 'node:child_process';
import type { DescribedBundle, Description } from '../../stage/protocol.ts';
import { stageProgram } from '../stage-program.ts';

/** An import of large native libraries on a busy machine takes a few seconds. */
const LIMIT_MS = 20_000;

/** The answers are in the order of the bundles. */
export async function readContracts(
  root: string,
  bundles: readonly DescribedBundle[],
  limitMs: number = LIMIT_MS,
): Promise<Description[]> {
  const descriptions: Description[] = [];
  let child: ChildProcess | undefined;
  try {
    for (const bundle of bundles) {
      child ??= startProcess(root);
      const { description, alive } = await ask(child, bundle, limitMs);
      descriptions.push(description);
      if (!alive) {
        child.kill('SIGKILL');
        child = undefined;
      }
    }
  } finally {
    child?.kill('SIGKILL');
  }
  return descriptions;
}

/** Like a stage, it sees no card without a lease. Its output would only confuse. */
function startProcess(root: string): ChildProcess {
  return fork(stageProgram('describe'), {
    cwd: root,
    execArgv: [],
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

interface Answer {
  readonly description: Description;
  /** The process can be asked again. */
  readonly alive: boolean;
}

function ask(child: ChildProcess, bundle: DescribedBundle, limitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(limit);
      child.removeAllListeners();
      resolve(answer);
    };
    const fail = (message: string): void => {
      settle({ description: { kind: 'failed', message }, alive: false });
    };
    const limit = setTimeout(() => {
      fail(`importing it took more than ${limitMs / 1000} s`);
    }, limitMs);
    child.on('message', (description: Description) => {
      settle({ description, alive: true });
    });
    child.on('exit', (code, signal) => {
      fail(`importing it ended the process (${signal ?? `exit code ${String(code)}`})`);
    });
    child.on('error', (error) => {
      fail(error.message);
    });
    child.send(bundle, (error) => {
      if (error) fail(error.message);
    });
  });
}
