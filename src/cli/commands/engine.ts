/** `pipeline engine list|check|add|remove`: the tensor engines of this machine. */
import type { PrecisionTimes } from '../../tensor/compare-precisions.ts';
import type { EngineName } from '../../tensor/engine.ts';
import type { AddedEngine } from '../../tensor/installation/part.ts';
import { checkApart, checkHere, type Checked } from '../engine/check-apart.ts';
import type { Trial } from '../engine/try-apart.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { pad } from '../text/width.ts';
import { present } from '../../util/known.ts';

/** Times that differ by a smaller factor are noise. */
const ALIKE = 1.1;

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
    const answer = await opensHere(present(name, 'name of an engine'));
    results.write(`\n${JSON.stringify(answer)}\n`);
    return answer.opened ? exitCode.done : exitCode.gateFailed;
  }
  if (here) {
    results.write(`\n${JSON.stringify(await checkHere(present(name, 'name of an engine')))}\n`);
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
        remedy: `Add it: pipeline engine add ${engine.name}`,
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
  if ('notRun' in check) return `compiles a training step for a GPU; none was run. ${check.notRun}`;
  const { version, device, steps, difference, secondsToCompile, precisions } = check;
  const faster = precisions === undefined ? '' : `\n      ${fasterPrecision(precisions)}`;
  return `${version} on ${device}: after ${steps} training steps, weights differ from the oracle's by ${difference.toExponential(1)} at most; compiled in ${secondsToCompile.toFixed(1)}s${faster}`;
}

/** Precision changes results, so it stays a parameter of the study. */
function fasterPrecision({ float32, bfloat16 }: PrecisionTimes): string {
  const ratio = float32 / bfloat16;
  if (Math.max(ratio, 1 / ratio) < ALIKE) return 'float32 and bfloat16 are equally fast here';
  const [fast, times] = ratio > 1 ? ['bfloat16', ratio] : ['float32', 1 / ratio];
  return `${fast} is ${times.toFixed(1)} times as fast as ${fast === 'float32' ? 'bfloat16' : 'float32'} in a convolution here`;
}

export async function removeEngine(engine: AddedEngine, { results }: Terminal): Promise<ExitCode> {
  const [{ removeEngineFolders }, tensorflow, xla] = await Promise.all([
    import('../../tensor/installation/remove.ts'),
    import('../../tensor/tensorflow/installation/place.ts'),
    import('../../tensor/xla/installation/place.ts'),
  ]);
  const [title, folders] =
    engine === 'tensorflow'
      ? ['TensorFlow', [true, false].map(tensorflow.folderOf)]
      : ['XLA', xla.XLA_VARIANTS.map(xla.xlaFolder)];
  const removed = await removeEngineFolders(engine, folders);
  results.write(
    removed.length === 0
      ? `${title} was not added: there is nothing to remove.\n`
      : removed.map((folder) => `removed ${folder}\n`).join(''),
  );
  return exitCode.done;
}

/** Hidden: the part of a trial that may end its process. */
export async function tryEngine(trial: Trial, folder: string, { results }: Terminal): Promise<ExitCode> {
  const { tryHere } = await import('../engine/try-apart.ts');
  results.write(`\n${JSON.stringify(await tryHere(trial, folder))}\n`);
  return exitCode.done;
}
