/** `pipeline engine add`: chooses what to add, adds it, and tells how it goes. */
import path from 'node:path';
import type { InstallOptions } from '../../tensor/installation/install.ts';
import type { AddedEngine } from '../../tensor/installation/part.ts';
import type { XlaVariant } from '../../tensor/xla/installation/parts.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { chooseCuda } from './choose-cuda.ts';
import { tryApart } from './try-apart.ts';

export interface AddOptions {
  readonly from?: string;
  /** An option of tensorflow: with NVIDIA's libraries. */
  readonly gpu?: boolean;
  /** Options of xla. */
  readonly cuda?: '12' | '13';
  readonly cpu?: boolean;
}

/** Throws Refusal where it cannot be added. An interruption leaves nothing, and has an exit code of its own. */
export async function addEngine(engine: AddedEngine, options: AddOptions, terminal: Terminal): Promise<ExitCode> {
  const add = engine === 'tensorflow' ? tensorflow(options) : await xla(options);
  const { InstallationError } = await import('../../tensor/installation/failure.ts');
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  // Not `once`: a process without listeners is ended by the signal, and children end with it.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const folder = await add({
      from: options.from === undefined ? undefined : path.resolve(terminal.folder, options.from),
      signal: interruption.signal,
      tell: (text) => {
        terminal.messages.write(`${text}\n`);
      },
    });
    const title = engine === 'tensorflow' ? 'TensorFlow' : 'XLA';
    terminal.results.write(`${title} is in ${folder}\nTry it: pipeline engine check\n`);
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

type Add = (options: InstallOptions) => Promise<string>;

function tensorflow({ gpu = false, cuda, cpu }: AddOptions): Add {
  if (cuda !== undefined || cpu)
    throw refuse('wrong-usage', '--cuda and --cpu are options of the engine xla', {
      remedy: "For NVIDIA's libraries: pipeline engine add tensorflow --gpu",
    });
  return async (options) => {
    const { addTensorflow } = await import('../../tensor/tensorflow/installation/add.ts');
    const tryIn = (folder: string, signal: AbortSignal) => tryApart('tensorflow-gpu', folder, signal);
    return addTensorflow({ ...options, gpu, tryIn });
  };
}

async function xla({ gpu, cuda, cpu = false }: AddOptions): Promise<Add> {
  if (gpu) throw refuse('wrong-usage', '--gpu is an option of tensorflow: the engine xla is for GPUs without it');
  if (cuda !== undefined && cpu) throw refuse('wrong-usage', '--cuda and --cpu exclude each other');
  const variant = await variantOf(cuda, cpu);
  return async (options) => {
    const { addXla } = await import('../../tensor/xla/installation/add.ts');
    return addXla({ ...options, variant, tryIn: (folder, signal) => tryApart(variant, folder, signal) });
  };
}

async function variantOf(cuda: AddOptions['cuda'], cpu: boolean): Promise<XlaVariant> {
  if (cpu) return 'cpu';
  if (cuda !== undefined) return `cuda${cuda}`;
  const chosen = await chooseCuda();
  if (!chosen.ok) throw refuse('no-gpu', chosen.error.message, { remedy: chosen.error.remedy });
  return chosen.value;
}
