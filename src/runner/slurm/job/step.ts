/** A step of the allocation in which this process runs: one call of srun for one task. */
import { spawn } from 'node:child_process';
import { outsideOfJobs } from '../commands.ts';
import { mebibytes } from '../units.ts';
import type { Share } from './allocation-nodes.ts';

export interface StepOrder {
  readonly jobId: string;
  readonly node: string;
  readonly share: Share;
  readonly command: readonly string[];
}

export interface StepEnd {
  readonly succeeded: boolean;
  /** The last lines that srun wrote. */
  readonly output: string;
}

const LAST_CHARACTERS = 2000;

/**
 * Resolves when srun has ended. A signal to srun would kill the step; scancel and the files of the attempt end it in
 * good order.
 */
export function runStep({ jobId, node, share, command }: StepOrder): Promise<StepEnd> {
  return new Promise((resolve) => {
    // The variables of the job ask for its cards and processors once more, so that a step would take them all.
    const env = outsideOfJobs(process.env);
    const child = spawn('srun', [...stepWords(jobId, node, share), ...command], {
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (bytes: Buffer) => {
      process.stderr.write(bytes);
      output = (output + bytes.toString()).slice(-LAST_CHARACTERS);
    });
    child.on('error', ({ message }) => {
      resolve({ succeeded: false, output: message });
    });
    child.on('close', (code) => {
      resolve({ succeeded: code === 0, output: output.trim() });
    });
  });
}

function stepWords(jobId: string, node: string, { cpu, memory, gpu }: Share): string[] {
  return [
    `--jobid=${jobId}`,
    `--nodelist=${node}`,
    '--nodes=1',
    '--ntasks=1',
    '--exact',
    `--cpus-per-task=${cpu}`,
    `--mem=${memory === 0 ? '0' : mebibytes(memory)}`, // 0: the memory of the allocation, shared with the other steps
    gpu > 0 ? `--gpus=${gpu}` : '--gres=none',
    '--export=ALL',
    '--quiet',
  ];
}
