/** Programs that an installation calls. */
import { execa } from 'execa';
import { InstallationError, lastWords } from './failure.ts';

export const isWorking = async (program: string, words: readonly string[]): Promise<boolean> =>
  !(await execa(program, words, { reject: false })).failed;

/** Programs that fetch the parts of an engine. */
export const PIP = {
  program: 'python3',
  words: ['-m', 'pip', '--version'],
  remedy: 'Install pip for Python 3 (Debian: apt install python3-pip), or use --from FOLDER.',
} as const;
export const NPM = { program: 'npm', words: ['--version'], remedy: 'Install npm, or use --from FOLDER.' } as const;

/** Throws InstallationError where one of them does not work here. */
export async function requirePrograms(
  needed: readonly { readonly program: string; readonly words: readonly string[]; readonly remedy: string }[],
): Promise<void> {
  for (const { program, words, remedy } of needed)
    if (!(await isWorking(program, words)))
      throw new InstallationError(`${[program, ...words.slice(0, -1)].join(' ')} does not work here`, remedy);
}

/** Throws InstallationError unless this is Linux on x64. @param title of the engine */
export function requireLinux(title: string): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new InstallationError(
      `There is a ${title} for Linux on x64 only, and this is ${process.platform} on ${process.arch}`,
      'The engine onnxruntime works here.',
    );
}

/**
 * Runs a program to its success. Throws InstallationError with the last lines that it wrote. @param otherwise the
 * error's first line
 */
export async function succeed(
  program: string,
  words: readonly string[],
  otherwise: string,
  signal: AbortSignal,
): Promise<void> {
  const done = await execa(program, words, { reject: false, all: true, cancelSignal: signal });
  signal.throwIfAborted();
  if (done.failed) throw new InstallationError(`${otherwise}:\n  ${lastWords(done, 5)}`, `${program} said this.`);
}
