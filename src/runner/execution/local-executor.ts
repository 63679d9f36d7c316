/** Tasks as processes of this machine, each in a session of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../stage/protocol.ts';
import type { TaskEnd, Executor, RunningTask, Task } from './executor.ts';
import { startGuard, type Guard } from './guard.ts';
import { readMessages } from './read-messages.ts';
import { isSessionAlive, peakMemoryOf, signalSession } from './session.ts';

const POLL_MS = 20;
/** Memory is looked at early, for short tasks, and then every two seconds. */
const FIRST_SAMPLE_MS = 250;
const SAMPLE_MS = 2000;
/** Only a process that left the session on purpose can keep the line open after everything else has ended. */
const LAST_WORDS_MS = 1000;

export function localExecutor(): Executor {
  let guard: Guard | undefined;
  const running = new Set<LocalTask>();
  let closed = false;
  return {
    start(task, hear) {
      if (closed)
        return { ended: Promise.resolve({ kind: 'not-started', message: 'the run has ended' }), stop: () => undefined };
      guard ??= startGuard();
      const local = new LocalTask(task, hear, guard);
      running.add(local);
      void local.ended.then(() => running.delete(local));
      return local;
    },
    async close() {
      closed = true;
      for (const local of running) local.kill();
      await Promise.all([...running].map(({ ended }) => ended));
      guard?.close();
    },
  };
}

/**
 * The first process waits at a gate (file descriptor 4) until the guard knows of it, and only then becomes the task's
 * command. If the runner dies in between, the gate closes and nothing was started.
 */
const GATE = 'read -r _ <&4 && exec 4<&- && exec "$@"';

class LocalTask implements RunningTask {
  readonly ended: Promise<TaskEnd>;
  readonly #graceMs: number;
  #leader: number | undefined;
  #stopping: NodeJS.Timeout | undefined;
  #killed = false;

  constructor(task: Task, hear: (message: Message) => void, guard: Guard) {
    this.#graceMs = task.graceMs;
    this.ended = this.#run(task, hear, guard);
  }

  stop(): void {
    if (this.#leader === undefined || this.#stopping !== undefined) return;
    signalSession(this.#leader, 'SIGTERM');
    this.#stopping = setTimeout(() => {
      this.kill();
    }, this.#graceMs);
  }

  kill(): void {
    this.#killed = true;
    if (this.#leader !== undefined) signalSession(this.#leader, 'SIGKILL');
  }

  async #run(task: Task, hear: (message: Message) => void, guard: Guard): Promise<TaskEnd> {
    let child: ChildProcess;
    try {
      child = spawnTask(task);
    } catch (error) {
      return { kind: 'not-started', message: (error as Error).message };
    }
    const exited = exitOf(child);
    const leader = (this.#leader = child.pid);
    if (leader === undefined) return exited;
    guard.watch(leader);
    const gate = child.stdio[4] as NodeJS.WritableStream;
    gate.on('error', () => undefined); // it was ended before it went through
    gate.end('\n');
    const heard = task.sendsMessages ? readMessages(child.stdio[3] as Readable, hear) : Promise.resolve();
    const memory = sampleMemory(leader);

    const end = await exited;
    await this.#sweep(leader);
    await Promise.race([heard, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    guard.forget(leader);
    const peakMemoryBytes = memory.stop();
    return { ...end, ...(peakMemoryBytes !== undefined && { peakMemoryBytes }) };
  }

  /** Background processes end with the first process. While stopping, they may use the grace period too. */
  async #sweep(leader: number): Promise<void> {
    while (isSessionAlive(leader)) {
      // Again and again, because a process may have been born while the others were being ended.
      if (this.#stopping === undefined || this.#killed) this.kill();
      await sleep(POLL_MS);
    }
    clearTimeout(this.#stopping);
    this.#leader = undefined;
  }
}

function spawnTask({ command, folder, environment, log, sendsMessages }: Task): ChildProcess {
  mkdirSync(path.dirname(log), { recursive: true });
  // The task writes to the file itself: however much it prints, none of it passes through this process.
  const output = openSync(log, 'a');
  try {
    return spawn('/bin/sh', ['-c', GATE, 'stage', ...command], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', output, output, sendsMessages ? 'pipe' : 'ignore', 'pipe'],
      detached: true, // a session of its own, out of reach of the terminal's Ctrl-C
    });
  } finally {
    closeSync(output);
  }
}

function exitOf(child: ChildProcess): Promise<TaskEnd> {
  return new Promise((resolve) => {
    child.on('error', ({ message }) => {
      resolve({ kind: 'not-started', message });
    });
    child.on('exit', (code, signal) => {
      resolve(code === null ? { kind: 'signal', signal: signal! } : { kind: 'exit', code });
    });
  });
}

function sampleMemory(leader: number): { stop(): number | undefined } {
  let peak: number | undefined;
  const sample = (): void => {
    const now = peakMemoryOf(leader);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timers = [setTimeout(sample, FIRST_SAMPLE_MS).unref(), setInterval(sample, SAMPLE_MS).unref()];
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
      return peak;
    },
  };
}
