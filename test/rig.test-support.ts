/**
 * A project of its own for each test, and the built command run in it as a user would.
 *
 * Stages are a few lines of sh or JavaScript. If a test must stop the clock, a stage waits for a file, and the test
 * waits until the stage has reached this point. No test depends on durations.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

const COMMAND = path.resolve(import.meta.dirname, '../dist/cli/main.js');

interface Answer {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** One line of `run --json`; what tests look at. */
interface Event {
  readonly type: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  /** A folder inside the project. */
  readonly folder?: string;
  /** Another user than that of the tests, which must run as root then. */
  readonly uid?: number;
}

export class Project {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @param files contents by path; objects other than bytes are written as JSON. */
  static async create(files: Readonly<Record<string, string | object>>): Promise<Project> {
    if (!existsSync(COMMAND)) throw new Error('The command is not built: npm run build.');
    const project = new Project(await mkdtemp(path.join(os.tmpdir(), 'pipeline-test-')));
    onTestFinished(() => rm(project.root, { recursive: true, force: true, maxRetries: 10 }));
    for (const [name, content] of Object.entries(files)) await project.write(name, content);
    return project;
  }

  path(name: string): string {
    return path.join(this.root, name);
  }

  async write(name: string, content: string | object): Promise<void> {
    await mkdir(path.dirname(this.path(name)), { recursive: true });
    await writeFile(
      this.path(name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content, null, 2),
    );
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  append(name: string, content: string): Promise<void> {
    return appendFile(this.path(name), content);
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  remove(name: string): Promise<void> {
    return rm(this.path(name), { recursive: true, force: true });
  }

  /** Something that a user would do in a shell, in the project's folder. */
  shell(command: string): Promise<{ readonly stdout: string }> {
    return execa('sh', ['-c', command], { cwd: this.root, stripFinalNewline: false });
  }

  /** Runs the command to its end, with any exit code. */
  async pipeline(words: readonly string[], settings: Settings = {}): Promise<Answer> {
    return this.start(words, settings).ended;
  }

  /** `run --json`, to its end. */
  async run(...words: readonly string[]): Promise<Run> {
    const answer = await this.pipeline(['run', '--json', ...words]);
    return new Run(answer);
  }

  start(words: readonly string[], settings: Settings = {}): Started {
    return this.#start(['node', COMMAND, ...words], settings);
  }

  /** A script for a shell, in which `node "$COMMAND"` is the command, and `npx pipeline` too. */
  async startScript(script: string, shell = 'sh', settings: Settings = {}): Promise<Started> {
    await mkdir(this.path('node_modules/.bin'), { recursive: true });
    await symlink(COMMAND, this.path('node_modules/.bin/pipeline')).catch(() => undefined); // it is there already
    return this.#start([shell, '-c', script], settings);
  }

  #start([program, ...words]: readonly [string, ...string[]], settings: Settings): Started {
    const child = execa(program, words, {
      cwd: this.path(settings.folder ?? '.'),
      reject: false,
      extendEnv: false,
      env: { PATH: process.env.PATH, HOME: this.root, TMPDIR: os.tmpdir(), COMMAND, ...settings.env },
      stripFinalNewline: false,
      ...(settings.uid !== undefined && { uid: settings.uid }),
    });
    const ended = child.then((result): Answer => ({ code: result.exitCode, out: result.stdout, err: result.stderr }));
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    return {
      ended,
      pid: child.pid!,
      signal: (name) => child.kill(name),
      waits: (times) =>
        until(() => printed.split('Waiting for a change').length > times, `${words.join(' ')} to wait ${times} times`),
      prints: (text) => until(() => printed.includes(text), `${words.join(' ')} to print ${text}`),
      async printsLine(pattern) {
        const line = (): string | undefined =>
          printed
            .split('\n')
            .slice(0, -1)
            .find((each) => pattern.test(each));
        await until(() => line() !== undefined, `${words.join(' ')} to print a line like ${pattern}`);
        return line() ?? '';
      },
    };
  }

  /** Resolves as soon as the file has this content. */
  async holds(name: string, content: string): Promise<void> {
    await until(
      async () => this.exists(name) && (await this.read(name)) === content,
      `${name} to hold ${JSON.stringify(content)}`,
    );
  }

  /** Resolves as soon as the file is there. */
  async appears(name: string): Promise<void> {
    await until(() => this.exists(name), `${name} to appear`);
  }
}

interface Started {
  readonly pid: number;
  readonly ended: Promise<Answer>;
  signal(name: NodeJS.Signals): void;
  /** Resolves as soon as `watch` has reported this number of waits for a change. */
  waits(times: number): Promise<void>;
  /** Resolves as soon as standard output holds the text. */
  prints(text: string): Promise<void>;
  /** Resolves with the first whole line of standard output that fits. */
  printsLine(pattern: RegExp): Promise<string>;
}

/** The events of `run --json`. */
export class Run {
  readonly code: number | undefined;
  readonly events: readonly Event[];
  readonly err: string;

  constructor(answer: Answer) {
    this.code = answer.code;
    this.err = answer.err;
    this.events = answer.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Event);
  }

  /** Ids of the instances that were executed to success, sorted. */
  get executed(): string[] {
    return this.ids('succeeded');
  }

  ids(type: string): string[] {
    return this.of(type)
      .map(({ id }) => id!)
      .sort();
  }

  of(type: string): Event[] {
    return this.events.filter((event) => event.type === type);
  }
}

const PATIENCE_MS = 30_000;

/** Waits for a condition that is certain to come; fails loudly when it does not. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const start = Date.now();
  while (!(await condition())) {
    if (Date.now() - start > PATIENCE_MS) throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what}.`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** True if the process exists and is no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** Resolves as soon as a process has ended. */
export function gone(pid: number): Promise<void> {
  return until(async () => !(await isAlive(pid)), `process ${pid} to end`);
}

/** A pipeline file around stages. */
export function pipelineOf(stages: Readonly<Record<string, object>>, params: object = {}): object {
  return { name: 'test', params, stages };
}

/** A command stage: reads `inputs`, writes one file named after its output. */
export function shell(command: string, inputs: object = {}, more: object = {}): object {
  return { command, inputs, outputs: { out: 'out.txt' }, ...more };
}

/** Mounts a disk of 2 MiB until the end of the test. @returns the reason if that is not possible here */
export async function mountSmallDisk(folder: string): Promise<string | undefined> {
  mkdirSync(folder);
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder], { reject: false });
  if (mounted.exitCode !== 0) return `no small disk can be mounted here: ${mounted.stderr}`;
  onTestFinished(async () => {
    await execa('umount', ['-l', folder]);
  });
  return undefined;
}
