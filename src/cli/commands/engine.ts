/** `pipeline engine list|check|add|remove`: the tensor engines of this machine. */
import path from 'node:path';
import type { EngineName } from '../../tensor/engine.ts';
import { checkApart, checkHere, type Checked } from '../engine/check-apart.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { pad } from '../text/width.ts';

export interface ListOptions {
  readonly json?: boolean;
}

export async function listEngines({ json }: ListOptions, { results }: Terminal): Promise<ExitCode> {
  const { availableEngines } = await import('../../tensor/available.ts');
  const engines = availableEngines();
  if (json) results.write(`${JSON.stringify(engines, null, 2)}\n`);
  else
    for (const { name, available, about } of engines)
      results.write(`${available ? results.colors.green('yes') : 'no '}  ${pad(name, 11)}  ${about}\n`);
  return exitCode.done;
}

export interface EngineCheckOptions extends ListOptions {
  /** In this process: how one engine is checked by the command that checks them. */
  readonly here?: boolean;
  /** Only open it, in this process. A run uses this to learn if an engine can use a GPU. */
  readonly open?: boolean;
}

/** Exits like a failed check if an engine differs from the oracle, is damaged, or ends its process. */
export async function checkEngines(
  name: EngineName | undefined,
  { json, here, open }: EngineCheckOptions,
  { results }: Terminal,
): Promise<ExitCode> {
  if (open) {
    const { opensHere } = await import('../engine/opens-here.ts');
    const answer = await opensHere(name!);
    results.write(`\n${JSON.stringify(answer)}\n`);
    return answer.opened ? exitCode.done : exitCode.gateFailed;
  }
  if (here) {
    results.write(`\n${JSON.stringify(await checkHere(name!))}\n`);
    return exitCode.done;
  }
  const { availableEngines } = await import('../../tensor/available.ts');
  const named = availableEngines().filter((engine) =>
    name === undefined ? engine.available && engine.name !== 'eager' : engine.name === name,
  );
  const checks: Checked[] = [];
  for (const engine of named) {
    if (!engine.available)
      throw refuse('no-engine', `there is no engine "${engine.name}" on this machine`, {
        remedy: 'Add it: pipeline engine add tensorflow',
      });
    checks.push(await checkApart(engine.name));
  }
  if (json) results.write(`${JSON.stringify(checks, null, 2)}\n`);
  else
    for (const check of checks)
      results.write(
        `${check.agrees ? results.colors.green('ok  ') : results.colors.red('fail')}  ${pad(check.engine, 11)}  ${verdictOf(check)}\n`,
      );
  return checks.every(({ agrees }) => agrees) ? exitCode.done : exitCode.gateFailed;
}

function verdictOf(check: Checked): string {
  if ('error' in check) return `${check.error}\n      ${check.remedy}`;
  const { version, device, steps, difference, secondsToCompile } = check;
  return `${version} on ${device}: after ${steps} training steps, weights differ from the oracle's by ${difference.toExponential(1)} at most; compiled in ${secondsToCompile.toFixed(1)}s`;
}

export interface AddOptions {
  readonly from?: string;
  readonly gpu?: boolean;
}

export async function addEngine({ from, gpu = false }: AddOptions, terminal: Terminal): Promise<ExitCode> {
  const [{ addTensorflow }, { InstallationError }] = await Promise.all([
    import('../../tensor/tensorflow/installation/add.ts'),
    import('../../tensor/tensorflow/installation/failure.ts'),
  ]);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  // Not `once`: a process without listeners is ended by the signal, and children end with it.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const folder = await addTensorflow({
      gpu,
      from: from === undefined ? undefined : path.resolve(terminal.folder, from),
      signal: interruption.signal,
      tell: (text) => {
        terminal.messages.write(`${text}\n`);
      },
    });
    terminal.results.write(`TensorFlow is in ${folder}\nTry it: pipeline engine check\n`);
    return exitCode.done;
  } catch (error) {
    if (!(error instanceof InstallationError)) throw error;
    if (interruption.signal.aborted) {
      terminal.messages.write(`${error.message}. ${error.remedy}\n`);
      return exitCode.interrupted;
    }
    throw refuse('engine-not-added', error.message, { remedy: error.remedy });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

export async function removeEngine({ results }: Terminal): Promise<ExitCode> {
  const { removeTensorflow } = await import('../../tensor/tensorflow/installation/remove.ts');
  const folders = await removeTensorflow();
  results.write(
    folders.length === 0
      ? 'TensorFlow was not added: there is nothing to remove.\n'
      : folders.map((folder) => `removed ${folder}\n`).join(''),
  );
  return exitCode.done;
}
