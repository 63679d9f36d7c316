/**
 * The commands of Slurm. Their answers are of three kinds: an answer, a refusal, and no answer. No answer is no verdict
 * about any job.
 */
import { execFile } from 'node:child_process';

export type Answer =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string }
  /** The controller did not answer, or the command is missing on this machine. */
  | { readonly kind: 'unreachable'; readonly message: string };

export type SlurmProgram = 'sbatch' | 'squeue' | 'scancel' | 'scontrol' | 'sinfo' | 'sacct';

export interface SlurmCommands {
  call(program: SlurmProgram, words: readonly string[], input?: string): Promise<Answer>;
  /** The number of calls of each program so far. */
  readonly calls: ReadonlyMap<SlurmProgram, number>;
}

/** Slurm's own programs try for minutes to reach a controller. */
const LONGEST_MS = 60_000;
const LARGEST_ANSWER = 256 * 1024 * 1024;

export function slurmCommands(environment: NodeJS.ProcessEnv = process.env): SlurmCommands {
  const calls = new Map<SlurmProgram, number>();
  const env = { ...outsideOfJobs(environment), SLURM_TIME_FORMAT: 'standard', LC_ALL: 'C' };
  return {
    calls,
    call: (program, words, input) =>
      new Promise((resolve) => {
        calls.set(program, (calls.get(program) ?? 0) + 1);
        const child = execFile(
          program,
          [...words],
          { env, timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: LARGEST_ANSWER },
          (error, stdout, stderr) => {
            resolve(answerOf(program, error, stdout, stderr));
          },
        );
        child.stdin?.on('error', () => undefined); // it ended before it read everything; its answer says why
        child.stdin?.end(input ?? '');
      }),
  };
}

/**
 * The environment without the variables that describe the job in which the runner itself may run. SLURM_CONF and
 * SLURM_CLUSTERS stay: they say which cluster is meant. SBATCH_* are the user's own defaults.
 */
export function outsideOfJobs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(environment).filter(
    ([name]) => !name.startsWith('SLURM_') || name === 'SLURM_CONF' || name === 'SLURM_CLUSTERS',
  );
  return Object.fromEntries(entries);
}

function answerOf(
  program: SlurmProgram,
  error: (Error & { code?: unknown; killed?: boolean }) | null,
  stdout: string,
  stderr: string,
): Answer {
  if (error === null) return { kind: 'answer', text: stdout };
  if (error.code === 'ENOENT')
    return { kind: 'unreachable', message: `there is no ${program} in PATH on this machine` };
  if (error.killed === true)
    return { kind: 'unreachable', message: `${program} gave no answer within ${LONGEST_MS / 1000} s` };
  const message = plain(stderr) || plain(stdout) || error.message;
  return { kind: UNREACHABLE.test(message) ? 'unreachable' : 'refused', message };
}

/** Messages of Slurm's programs that say nothing about the request. */
const UNREACHABLE =
  /unable to contact slurm controller|connect failure|connection (refused|timed out|reset)|socket timed out|zero bytes were transmitted|transport endpoint|resource temporarily unavailable|slurm backup controller in standby|communication connection failure|unexpected message received|incomplete message|try again later|slurmctld.*(starting|shut)|unable to establish control/i;

/** `sbatch: error: Batch job submission failed: X` is X. */
const plain = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/^(sbatch|squeue|scancel|scontrol|sinfo|sacct|slurm_\w+):\s*(error:\s*)?/, '').trim())
    .filter(Boolean)
    .join('; ')
    .replace(/Batch job submission failed:\s*/g, '');
