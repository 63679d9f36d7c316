/** The resources of this machine. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { CardEngine } from './card-engine.ts';
import type { Gpu, GpuSurvey } from './gpu.ts';
import type { Amounts } from './slots.ts';

export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly survey: GpuSurvey;
  /** The engine for stages that compute with tensors on these GPUs; undefined if no stage needs it. */
  readonly cardEngine?: CardEngine;
  /** Resources that only the user knows: licences, disks, ... */
  readonly slots: Amounts;
}

export const gpusOf = ({ survey }: Pick<Machine, 'survey'>): readonly Gpu[] =>
  survey.kind === 'found' ? survey.gpus : [];

export function thisMachine(survey: GpuSurvey): Machine {
  const limit = process.constrainedMemory();
  const total = os.totalmem();
  return {
    cpus: Math.min(os.availableParallelism(), containerCpus()),
    memoryBytes: limit > 0 && limit < total ? limit : total,
    survey,
    slots: {},
  };
}

/**
 * The part of a machine, or the additions to it, that the user gives: `cpu`, `memory` in bytes, and names of his own.
 */
export function sharing(
  machine: Machine,
  { cpu = machine.cpus, memory = machine.memoryBytes, ...slots }: Amounts,
): Machine {
  return { ...machine, cpus: cpu, memoryBytes: memory, slots };
}

/** A container may be given the time of fewer processors than it sees (cgroup v2: "quota period" in microseconds). */
function containerCpus(): number {
  try {
    const limit = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ');
    const [quota = NaN, period = NaN] = limit.map(Number);
    return Number.isFinite(quota) && period > 0 ? Math.max(1, Math.round(quota / period)) : Infinity;
  } catch {
    return Infinity; // no cgroup v2, so no such limit
  }
}
