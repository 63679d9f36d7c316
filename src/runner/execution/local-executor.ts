/** Tasks as processes of this machine, each in a session of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../../stage/protocol.ts';
import type { TaskEnd, Executor, RunningTask, Task } from './executor.ts';
import { runnerTag, TAG_VARIABLE } from './execution-tag.ts';
import { startGuard, type Guard } from './guard.ts';
import { endOrphans } from './orphans.ts';
import { readMessages } from './read-messages.ts';
import { send, StageProcesses } from './stage-processes.ts';
import { present } from '../../util/known.ts';

const POLL_MS = 20;
/** Memory is looked at early, for short tasks, and then every two seconds. */
const FIRST_SAMPLE_MS = 250;
const SAMPLE_MS = 2000;
/** Only a process without the tag of its stage can keep the line open after everything else has ended. */
const LAST_WORDS_MS = 1000;

/** Several executors of one process have tags of their own: the guard of one must not end the stages of the next. */
let executors = 0;

/** @param storeFolder the store whose stages are executed: leftovers of its dead runners are ended */
export function localExecutor(storeFolder: string): Executor {
  const executorTag = `${runnerTag(storeFolder)}${++executors}.`;
  let tasks = 0;
  let guard: Guard | undefined;
  const running = new Set<LocalTask>();
  let closed = false;
  return {
    start(task, hear) {
      if (closed)
        return { ended: Promise.resolve({ kind: 'not-started', message: 'the run has ended' }), stop: () => undefined };
      guard ??= startGuard(`${TAG_VARIABLE}=${executorTag}`);
      const local = new LocalTask(task, `${executorTag}${++tasks}`, hear, guard);
      running.add(local);
      void local.ended.then(() => running.delete(local));
      return local;
    },
    endOrphans: () => endOrphans(storeFolder),
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
  #processes: StageProcesses | undefined;
  #stopping: NodeJS.Timeout | undefined;
  #killed = false;
  /** Processes outside of the session that were asked to end. */
  readonly #asked = new Set<number>();

  constructor(task: Task, tag: string, hear: (message: Message) => void, guard: Guard) {
    this.#graceMs = task.graceMs;
    this.ended = this.#run(task, tag, hear, guard);
  }

  stop(): void {
    if (this.#processes === undefined || this.#stopping !== undefined) return;
    // Processes that left the session belong to a process of the session. It may end them itself, as torchrun does.
    this.#processes.signal('SIGTERM', 'session');
    this.#stopping = setTimeout(() => {
      this.kill();
    }, this.#graceMs);
  }

  kill(): void {
    this.#killed = true;
    this.#processes?.signal('SIGKILL', 'everywhere');
  }

  async #run(task: Task, tag: string, hear: (message: Message) => void, guard: Guard): Promise<TaskEnd> {
    let child: ChildProcess;
    try {
      child = spawnTask(task, tag);
    } catch (error) {
      return { kind: 'not-started', message: (error as Error).message };
    }
    const exited = exitOf(child);
    const leader = child.pid;
    if (leader === undefined) return exited;
    const processes = (this.#processes = new StageProcesses(leader, tag));
    guard.watch(leader);
    const gate = child.stdio[4] as NodeJS.WritableStream;
    gate.on('error', () => undefined); // it was ended before it went through
    gate.end('\n');
    const heard = task.sendsMessages ? readMessages(child.stdio[3] as Readable, hear) : Promise.resolve();
    const memory = sampleMemory(processes);

    const end = await exited;
    await this.#sweep(processes);
    await Promise.race([heard, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    guard.forget(leader);
    const peakMemoryBytes = memory.stop();
    return { ...end, ...(peakMemoryBytes !== undefined && { peakMemoryBytes }) };
  }

  /** Background processes end with the first process. While stopping, they may use the grace period too. */
  async #sweep(processes: StageProcesses): Promise<void> {
    while (processes.isAlive()) {
      // Again and again, because a process may have been born while the others were being ended.
      if (this.#stopping === undefined || this.#killed) this.kill();
      else this.#askStragglers(processes);
      await sleep(POLL_MS);
    }
    clearTimeout(this.#stopping);
    this.#processes = undefined;
  }

  /** No process of the session is left that could ask the processes outside of it to end. */
  #askStragglers(processes: StageProcesses): void {
    const left = processes.list();
    if (!left.every((each) => processes.hasLeftSession(each))) return;
    for (const { pid } of left.filter((each) => !this.#asked.has(each.pid))) {
      this.#asked.add(pid);
      send(pid, 'SIGTERM');
    }
  }
}

function spawnTask({ command, folder, environment, log, sendsMessages }: Task, tag: string): ChildProcess {
  mkdirSync(path.dirname(log), { recursive: true });
  // The task writes to the file itself: however much it prints, none of it passes through this process.
  const output = openSync(log, 'a');
  try {
    return spawn('/bin/sh', ['-c', GATE, 'stage', ...command], {
      cwd: folder,
      env: { ...environment, [TAG_VARIABLE]: tag },
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
      resolve(
        code === null ? { kind: 'signal', signal: present(signal, 'exit code and no signal') } : { kind: 'exit', code },
      );
    });
  });
}

function sampleMemory(processes: StageProcesses): { stop(): number | undefined } {
  let peak: number | undefined;
  const sample = (): void => {
    const now = processes.peakMemory();
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
