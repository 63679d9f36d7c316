/**
 * Asks nvidia-smi. Its output is the driver's and a user's (names of cards, processes), so that it may hold anything.
 */
import { spawn } from 'node:child_process';

export type NvidiaSmiAnswer =
  | { readonly kind: 'answered'; readonly text: string }
  /** There is no nvidia-smi, or it finds no card. */
  | { readonly kind: 'none' }
  /** It is there and says nothing useful: a driver that does not fit its kernel module, for example. */
  | { readonly kind: 'failed'; readonly message: string };

/** @param words the arguments, for example `['-L']` */
export type NvidiaSmi = (words: readonly string[]) => Promise<NvidiaSmiAnswer>;

/** A machine with many cards and without persistence mode needs some seconds. */
const TIMEOUT_MS = 20_000;

/** The exit code for "No devices were found". */
const NO_DEVICES = 6;

/** Never rejects. A process that hangs for so long is killed, and its children are not waited for. */
export const nvidiaSmiWithin =
  (timeoutMs: number): NvidiaSmi =>
  (words) =>
    new Promise((resolve) => {
      const child = spawn('nvidia-smi', words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      const said = { stdout: '', stderr: '' };
      const settle = (answer: NvidiaSmiAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      const timer = setTimeout(() => {
        killGroup(child.pid);
        child.stdout.destroy();
        child.stderr.destroy();
        child.unref();
        settle({ kind: 'failed', message: `it did not answer within ${timeoutMs / 1000} seconds` });
      }, timeoutMs);
      for (const stream of ['stdout', 'stderr'] as const)
        child[stream].setEncoding('utf8').on('data', (text: string) => {
          said[stream] += text;
        });
      child.on('error', (error: NodeJS.ErrnoException) => {
        settle(error.code === 'ENOENT' ? { kind: 'none' } : { kind: 'failed', message: printable(error.message) });
      });
      child.on('close', (code) => {
        settle(answerOf(code, said));
      });
    });

export const nvidiaSmi = nvidiaSmiWithin(TIMEOUT_MS);

function answerOf(code: number | null, { stdout, stderr }: Readonly<Record<'stdout' | 'stderr', string>>) {
  if (code === 0) return { kind: 'answered', text: stdout } as const;
  if (code === NO_DEVICES || /^No devices were found/m.test(stdout)) return { kind: 'none' } as const;
  // It writes its errors to standard output.
  const [first = ''] = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const ending = code === null ? 'it was ended by a signal' : `it ended with code ${code}`;
  return { kind: 'failed', message: first === '' ? ending : `${ending}: ${printable(first)}` } as const;
}

function killGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended since.
  }
}

/** Terminals obey control characters, and file names cannot hold NUL. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd').trim();

/** The rows and cells of an answer in CSV without a header. */
export const cellsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map(printable));
