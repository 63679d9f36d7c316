/**
 * Tries the files of an engine in a process of its own: a library that does not fit the machine ends the process that
 * loads it.
 */
import { execa } from 'execa';
import type { XlaVariant } from '../../tensor/xla/installation/parts.ts';

/** The subject of a trial: XLA as a whole, or the libraries for GPUs of a TensorFlow. */
export type Trial = XlaVariant | 'tensorflow-gpu';

/** The command runs itself with this. Prints why it does not work, as JSON; null: it does. */
export async function tryHere(trial: Trial, folder: string): Promise<string | null> {
  if (trial === 'tensorflow-gpu') {
    const { missingGpuLibraries } = await import('../../tensor/tensorflow/gpu-gate.ts');
    const missing = missingGpuLibraries(folder);
    return missing.length === 0 ? null : `not found: ${missing.join(', ')}`;
  }
  const { tryXla } = await import('../../tensor/xla/trial.ts');
  const [failure = null] = (await tryXla(folder, trial))?.split('\n') ?? [];
  return failure;
}

/** Why it does not work; undefined: it does. */
export async function tryApart(trial: Trial, folder: string, signal?: AbortSignal): Promise<string | undefined> {
  const words = [process.argv[1] ?? '', 'engine', 'try', trial, folder];
  const child = await execa(process.execPath, words, { reject: false, ...(signal && { cancelSignal: signal }) });
  const last = child.stdout.trim().split('\n').at(-1) ?? '';
  if (!child.failed) return (JSON.parse(last) as string | null) ?? undefined; // libraries may print before
  const said = child.stderr.trim().split('\n').slice(-3).join('\n  ');
  return `its process ${child.signal === undefined ? 'failed' : `was ended by ${child.signal}`}${said === '' ? '' : `:\n  ${said}`}`;
}
