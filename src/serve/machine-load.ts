/** Samples the load of this machine: processors and memory, of the container if it has limits of its own. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { thisMachine } from '../runner/resources/machine.ts';

export interface Load {
  /** Shares of 1. */
  readonly cpu: number;
  readonly memory: number;
}

export interface MachineFacts {
  readonly host: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export function machineFacts(): MachineFacts {
  const { cpus, memoryBytes } = thisMachine({ kind: 'none' });
  return { host: os.hostname(), cpus, memoryBytes };
}

export class LoadSampler {
  readonly #facts: MachineFacts;
  #before = busySeconds();

  constructor(facts: MachineFacts) {
    this.#facts = facts;
  }

  /** The load since the sample before. */
  sample(): Load {
    const now = busySeconds();
    const elapsed = (now.at - this.#before.at) * (now.isContainer ? this.#facts.cpus : os.cpus().length);
    const cpu = elapsed > 0 ? (now.busy - this.#before.busy) / elapsed : 0;
    this.#before = now;
    return { cpu: rounded(cpu), memory: rounded(usedBytes() / this.#facts.memoryBytes) };
  }
}

const rounded = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;

interface Busy {
  /** Seconds of processor time; their beginning has no meaning. */
  readonly busy: number;
  readonly at: number;
  readonly isContainer: boolean;
}

/** A container with a quota of its own is measured by itself, else the whole machine. */
function busySeconds(): Busy {
  const at = performance.now() / 1000;
  const quota = /^\d+ \d+/.test(read('/sys/fs/cgroup/cpu.max'));
  const used = /^usage_usec (\d+)$/m.exec(read('/sys/fs/cgroup/cpu.stat'))?.[1];
  if (quota && used !== undefined) return { busy: Number(used) / 1e6, at, isContainer: true };
  const busy = os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { busy: busy / 1000, at, isContainer: false };
}

/** Without the cache of files, which the system gives up for the asking. */
function usedBytes(): number {
  const limit = process.constrainedMemory();
  const current = Number(read('/sys/fs/cgroup/memory.current'));
  if (limit > 0 && limit < os.totalmem() && current > 0) {
    const cache = Number(/^inactive_file (\d+)$/m.exec(read('/sys/fs/cgroup/memory.stat'))?.[1] ?? 0);
    return current - cache;
  }
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo'))?.[1];
  return os.totalmem() - (available === undefined ? os.freemem() : Number(available) * 1024);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
