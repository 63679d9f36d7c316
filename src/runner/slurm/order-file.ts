/** The order of an attempt: everything that a job needs, and everything that a later runner needs to take it over. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LineageEntry } from '../../stage/protocol.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import type { Amounts } from '../resources/slots.ts';

export interface Order {
  readonly format: 1;
  readonly number: number;
  readonly instance: Instance;
  readonly sandbox: Omit<Sandbox, 'log' | 'versions'> & {
    readonly versions: readonly (readonly [string, string])[];
  };
  readonly amounts: Amounts;
  readonly log: string;
  readonly root: string;
  readonly storeFolder: string;
  readonly hostProgram: string;
  readonly lineage: readonly LineageEntry[];
  /** The variables of the user's shell that a stage may see, without secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** From asking the stage to stop until it is killed. */
  readonly graceMs: number;
  /** Seconds before the time limit of a job at which Slurm asks it to end. */
  readonly graceSeconds: number;
}

/** The folder in a sandbox with the order and the starts of its jobs. */
export const attemptFolder = (sandboxFolder: string): string => path.join(sandboxFolder, 'job');

const orderPath = (sandboxFolder: string): string => path.join(attemptFolder(sandboxFolder), 'order.json');

/** Readable by the user alone: variables may hold more than the user knows. */
export function writeOrder(order: Order): void {
  mkdirSync(attemptFolder(order.sandbox.folder), { recursive: true });
  // Nobody reads it before sbatch was called, and a thousand flushes take a minute.
  writeFileSync(orderPath(order.sandbox.folder), JSON.stringify(order), { mode: 0o600 });
}

/** Undefined if there is none. */
export function readOrder(sandboxFolder: string): Order | undefined {
  try {
    const order = JSON.parse(readFileSync(orderPath(sandboxFolder), 'utf8')) as Order;
    return (order.format as number) === 1 ? order : undefined;
  } catch {
    return undefined;
  }
}
