/**
 * A Slurm in memory, for tests without one: `sbatch` starts the script at once as a process of this machine. The test
 * chooses answers, states and losses. It keeps to what the real programs do, see test/slow/slurm.test.ts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Answer, SlurmCommands, SlurmProgram } from './commands.ts';

export interface FakeJob {
  readonly id: string;
  readonly name: string;
  readonly index: number | undefined;
  readonly words: readonly string[];
  readonly script: string;
  state: string;
  reason: string;
  child?: ChildProcess;
}

type Rule = (program: SlurmProgram, words: readonly string[], input: string) => Answer | undefined;

const answer = (text = ''): Answer => ({ kind: 'answer', text });

export class FakeSlurm implements SlurmCommands {
  readonly calls = new Map<SlurmProgram, number>();
  jobs: FakeJob[] = [];
  /** Answers before everything else; undefined: as usual. */
  rule: Rule = () => undefined;
  /** False: jobs wait until `release`. */
  starts = true;
  /** False: `scontrol requeue` is forbidden. */
  requeues = true;
  /** Of jobs that end by themselves. */
  endState: string | undefined;
  #number = 0;
  #folder: string | undefined;
  readonly #children: ChildProcess[] = [];

  call(program: SlurmProgram, words: readonly string[], input = ''): Promise<Answer> {
    this.calls.set(program, (this.calls.get(program) ?? 0) + 1);
    return Promise.resolve(this.rule(program, words, input) ?? this.#answer(program, words, input));
  }

  /** Starts waiting jobs. */
  release(): void {
    for (const job of this.jobs) if (job.state === 'PENDING') this.#start(job);
  }

  /** The controller has forgotten everything; processes go on. */
  forget(): void {
    this.jobs = [];
  }

  async kill(): Promise<void> {
    const living = this.jobs.flatMap(({ child }) =>
      child?.exitCode === null && child.signalCode === null ? [child] : [],
    );
    for (const child of living) child.kill('SIGKILL');
    await Promise.all(living.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  }

  #answer(program: SlurmProgram, words: readonly string[], input: string): Answer {
    switch (program) {
      case 'sbatch':
        return this.#submit(words, input);
      case 'squeue':
        return this.#list();
      case 'scancel':
        return this.#cancel(words);
      case 'scontrol':
        return answer('MaxArraySize            = 1001\n');
      case 'sinfo':
        return answer('short*|4|2000|gpu:2\n');
      case 'sacct':
        return { kind: 'refused', message: 'Slurm accounting storage is disabled' };
    }
  }

  /** Reaches the time limit of a job, and starts it again if it asks for that. */
  async reachLimit(job: FakeJob): Promise<void> {
    const asked = path.join(this.#bin(), `requeue-${job.id}`);
    job.child?.kill('SIGTERM');
    while (!existsSync(asked)) {
      if (hasExited(job.child)) return;
      await sleep(20);
    }
    rmSync(asked);
    await killed(job.child);
    job.state = 'PENDING';
    this.#start(job);
  }

  /** Starts a job again although its processes live on, as Slurm does after it lost a node. */
  startTwice(job: FakeJob): ChildProcess | undefined {
    const old = job.child;
    this.#start(job);
    return old;
  }

  /** The programs of Slurm inside of jobs. A step is a process of its allocation. */
  #bin(): string {
    if (this.#folder !== undefined) return this.#folder;
    const folder = (this.#folder = mkdtempSync(path.join(os.tmpdir(), 'fake-slurm-')));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const requeue = this.requeues ? `> '${folder}/requeue-'$2` : 'echo "Requested operation not allowed" >&2; exit 1';
    const programs = {
      squeue: `for word; do case $word in --jobs=*) job=\${word#--jobs=}; esac; done
        [ -e '${folder}'/cancelled-$job ] && echo 'COMPLETING|0:30' || echo 'RUNNING|0:30'`,
      scontrol: `[ $1 = show ] && { echo n1; exit 0; }\n${requeue}`,
      srun: 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"',
      scancel: 'for step in $(pgrep -P $PPID); do [ $step = $$ ] || kill -TERM $step; done',
    };
    for (const [name, script] of Object.entries(programs))
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return folder;
  }

  #submit(words: readonly string[], script: string): Answer {
    const name = valueOf(words, '--job-name');
    const last = /^0-(\d+)$/.exec(valueOf(words, '--array'))?.[1];
    const indices = last === undefined ? [undefined] : Array.from({ length: Number(last) + 1 }, (_, i) => i);
    const array = String(++this.#number);
    for (const index of indices) {
      const id = index === undefined ? array : String(++this.#number);
      const job: FakeJob = { id, name, index, words, script, state: 'PENDING', reason: 'None' };
      this.jobs.push(job);
      if (this.starts) this.#start(job);
    }
    return answer(`${array}\n`);
  }

  #start(job: FakeJob): void {
    job.state = 'RUNNING';
    const output = openSync(valueOf(job.words, '--output').replace('%a', String(job.index)), 'a');
    const child = spawn('/bin/sh', ['-s'], {
      cwd: valueOf(job.words, '--chdir'),
      stdio: ['pipe', output, output],
      env: {
        PATH: `${this.#bin()}:${process.env.PATH}`,
        SLURM_JOB_ID: job.id,
        SLURMD_NODENAME: 'n1',
        ...(job.index !== undefined && { SLURM_ARRAY_TASK_ID: String(job.index) }),
      },
    });
    closeSync(output);
    child.stdin?.end(job.script);
    child.on('exit', (code) => {
      if (job.child !== child) return;
      if (job.state === 'RUNNING') job.state = this.endState ?? (code === 0 ? 'COMPLETED' : 'FAILED');
      if (job.state === 'COMPLETING') job.state = 'CANCELLED';
    });
    job.child = child;
    this.#children.push(child);
  }

  #list(): Answer {
    const line = ({ id, index, name, state, reason }: FakeJob): string =>
      `${id}|${index ?? 'N/A'}|${name}|${state}|n1|${reason}\n`;
    return answer(this.jobs.map(line).join(''));
  }

  #cancel(words: readonly string[]): Answer {
    const name = valueOf(words, '--name');
    for (const job of this.jobs) {
      if (job.name !== name && !words.includes(job.id)) continue;
      if (job.state !== 'PENDING' && (job.state !== 'RUNNING' || words.includes('--state=PENDING'))) continue;
      job.state = hasExited(job.child) ? 'CANCELLED' : 'COMPLETING';
      writeFileSync(path.join(this.#bin(), `cancelled-${job.id}`), '');
      job.child?.kill('SIGTERM');
    }
    return answer();
  }
}

const hasExited = (child: ChildProcess | undefined): boolean =>
  child === undefined || (child.exitCode ?? child.signalCode) !== null;

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || hasExited(child)) return;
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}

function valueOf(words: readonly string[], option: string): string {
  return words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1) ?? '';
}
