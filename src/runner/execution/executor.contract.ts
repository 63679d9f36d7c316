/** The promises of every executor. Each implementation calls this in its own test file. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Message } from '../../stage/protocol.ts';
import type { TaskEnd, Executor, RunningTask, Task } from './executor.ts';

export function executorContract(name: string, make: () => Executor): void {
  describe(name, () => {
    test('tells the exit code, and the signal that ended a task', async () => {
      const place = new Place(make());
      expect(await place.run('exit 0')).toMatchObject({ kind: 'exit', code: 0 });
      expect(await place.run('exit 7')).toMatchObject({ kind: 'exit', code: 7 });
      expect(await place.run('kill -9 $$')).toMatchObject({ kind: 'signal', signal: 'SIGKILL' });
    });

    test('says why a task could not be started', async () => {
      const place = new Place(make());
      expect(await place.start('true', { folder: place.at('nowhere') }).ended).toMatchObject({
        kind: 'not-started',
        message: expect.stringContaining('ENOENT') as string,
      });
    });

    test('runs in the folder, with the environment it is given and nothing else', async () => {
      process.env.OF_THE_RUNNER = 'x';
      onTestFinished(() => {
        delete process.env.OF_THE_RUNNER;
      });
      const place = new Place(make());
      await place.run('pwd; echo "$GIVEN ${OF_THE_RUNNER:-nothing}"', { environment: { GIVEN: 'a b' } });
      expect(place.log()).toBe(`${place.folder}\na b nothing\n`);
    });

    test('appends output and errors to the log in the order of writing', async () => {
      const place = new Place(make());
      await place.run('echo 1; echo 2 >&2; echo 3');
      await place.run('echo 4');
      expect(place.log()).toBe('1\n2\n3\n4\n');
    });

    test('100 MB of output pass it by', async () => {
      const place = new Place(make());
      const before = process.memoryUsage.rss();
      await place.run('head -c 100000000 /dev/zero');
      expect(statSync(place.at('log')).size).toBe(100_000_000);
      expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
    });

    test('hears every message before the end, and passes over what is none', async () => {
      const place = new Place(make());
      const said = ['{"type":"warning","message":"a"}', 'noise', '{"type":"other"}', 'null', '{"type":"done"}'];
      const heard: Message[] = [];
      await place.start(said.map((line) => `echo '${line}' >&3`).join('; '), { sendsMessages: true }, (message) =>
        heard.push(message),
      ).ended;
      expect(heard).toEqual([{ type: 'warning', message: 'a' }, { type: 'done' }]);
    });

    test('ends what a task left behind, in whatever process group', async () => {
      const place = new Place(make());
      await place.run('sleep 1000 & echo $! > a; timeout 1000 sleep 1000 & echo $! > b; true');
      expect([place.pid('a'), place.pid('b')].map(isRunning)).toEqual([false, false]);
    });

    test('ends what a task left behind in a session of its own, before the end of the task is told', async () => {
      const place = new Place(make());
      await place.run('setsid sleep 1000 & echo $! > a; (setsid setsid sleep 1000 & echo $! > b); sleep 0.1; true');
      expect([place.pid('a'), place.pid('b')].map(isRunning)).toEqual([false, false]);
    });

    test('stop asks processes in sessions of their own when no process of the session is left', async () => {
      const place = new Place(make());
      const daemon = 'trap "sleep 0.1; echo saved > checkpoint; exit" TERM; echo > ready; while :; do sleep 0.01; done';
      const running = place.start(`setsid sh -c '${daemon}' & wait`);
      await place.appears('ready');
      running.stop();
      await running.ended;
      expect(place.read('checkpoint')).toBe('saved\n');
    });

    test('stop ends a process in a session of its own that ignores it, after the grace period', async () => {
      const place = new Place(make());
      const daemon = 'trap "" TERM; echo $$ > a; echo > ready; while :; do sleep 0.01; done';
      const running = place.start(`setsid sh -c '${daemon}' & wait`, { graceMs: 200 });
      await place.appears('ready');
      running.stop();
      await running.ended;
      expect(isRunning(place.pid('a'))).toBe(false);
    });

    test('stop lets a task save its work', async () => {
      const place = new Place(make());
      const running = place.start(
        'trap "echo saved > checkpoint; exit 3" TERM; echo > ready; while :; do sleep 0.01; done',
      );
      await place.appears('ready');
      running.stop();
      expect(await running.ended).toMatchObject({ kind: 'exit', code: 3 });
      expect(place.read('checkpoint')).toBe('saved\n');
    });

    test('stop lets the children of a task save theirs, though its first process ends at once', async () => {
      const place = new Place(make());
      const child = 'trap "sleep 0.1; echo saved > checkpoint; exit" TERM; echo > ready; while :; do sleep 0.01; done';
      const running = place.start(`sh -c '${child}'; true`);
      await place.appears('ready');
      running.stop();
      expect(await running.ended).toMatchObject({ kind: 'signal', signal: 'SIGTERM' });
      expect(place.read('checkpoint')).toBe('saved\n');
    });

    test('stop kills what ignores it, after the grace period', async () => {
      const place = new Place(make());
      const running = place.start(
        'trap "" TERM; (sleep 1000) & echo $! > child; echo > ready; while :; do sleep 0.01; done',
        { graceMs: 50 },
      );
      await place.appears('ready');
      running.stop();
      running.stop();
      expect(await running.ended).toMatchObject({ kind: 'signal', signal: 'SIGKILL' });
      expect(isRunning(place.pid('child'))).toBe(false);
    });

    test('close ends everything at once', async () => {
      const executor = make();
      const place = new Place(executor);
      const all = ['a', 'b'].map((file) =>
        place.start(`trap "" TERM; echo $$ > ${file}.pid; echo > ${file}; while :; do sleep 0.01; done`),
      );
      await Promise.all([place.appears('a'), place.appears('b')]);
      await executor.close();
      expect(['a.pid', 'b.pid'].map((file) => isRunning(place.pid(file)))).toEqual([false, false]);
      expect((await Promise.all(all.map(({ ended }) => ended))).map(({ kind }) => kind)).toEqual(['signal', 'signal']);
      expect(await place.run('touch late')).toMatchObject({ kind: 'not-started' });
      expect(existsSync(place.at('late'))).toBe(false);
    });
  });
}

/** A temporary folder to run tasks in. */
class Place {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'executor-'));
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
    onTestFinished(async () => {
      await executor.close();
      rmSync(this.folder, { recursive: true });
    });
  }

  start(command: string, task: Partial<Task> = {}, hear: (message: Message) => void = () => undefined): RunningTask {
    const environment = { PATH: process.env.PATH!, ...task.environment };
    return this.#executor.start(
      {
        command: ['/bin/sh', '-c', command],
        folder: this.folder,
        log: this.at('log'),
        sendsMessages: false,
        graceMs: 10_000,
        ...task,
        environment,
      },
      hear,
    );
  }

  run(command: string, task?: Partial<Task>): Promise<TaskEnd> {
    return this.start(command, task).ended;
  }

  at(file: string): string {
    return path.join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.at(file), 'utf8');
  }

  log(): string {
    return this.read('log');
  }

  pid(file: string): number {
    return Number(this.read(file));
  }

  async appears(file: string): Promise<void> {
    while (!existsSync(this.at(file))) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A zombie does not run: it only waits to be asked how it ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0]!);
  } catch {
    return false;
  }
}
