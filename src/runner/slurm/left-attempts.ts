/** Finds the attempts that earlier runners submitted and did not conclude. */
import path from 'node:path';
import type { Fingerprint } from '../../formats/identity.ts';
import type { AttemptListener, LeftAttempt, LeftAttempts, RunningAttempt } from '../execution/attempt-executor.ts';
import type { Sandbox } from '../executions.ts';
import { readOrder, type Order } from './order-file.ts';
import { readSubmissions, removeSubmission, type Submission } from './submission-file.ts';

export interface Left {
  readonly order: Order;
  readonly submission: Submission;
  readonly index: number;
}

type Follow = (left: Left, sandbox: Sandbox, listener: AttemptListener) => RunningAttempt;

export class JobsLeft implements LeftAttempts {
  readonly #storeFolder: string;
  readonly #follow: Follow;
  /** By fingerprint. Attempts that this run submits later are not left. */
  readonly #left: Map<Fingerprint, Left>;

  constructor(storeFolder: string, follow: Follow) {
    this.#storeFolder = storeFolder;
    this.#follow = follow;
    this.#left = new Map(
      leftIn(storeFolder)
        .filter(({ order }) => !isAudit(order))
        .map((left) => [left.order.sandbox.fingerprint, left]),
    );
  }

  get all(): readonly Left[] {
    return [...this.#left.values()];
  }

  find(fingerprint: Fingerprint): LeftAttempt | undefined {
    const left = this.#left.get(fingerprint);
    if (left === undefined) return undefined;
    this.#left.delete(fingerprint);
    // Another runner may have concluded it since.
    const order = readOrder(path.join(this.#storeFolder, 'work', path.basename(left.order.sandbox.folder)));
    if (order === undefined) return undefined;
    const sandbox = sandboxOf(order);
    return {
      number: order.number,
      sandbox,
      log: order.log,
      amounts: order.amounts,
      name: `job ${left.submission.name}${left.submission.tasks.length > 1 ? `[${left.index}]` : ''}`,
      follow: (listener) => this.#follow(left, sandbox, listener),
    };
  }
}

/** An audit ends with its runner: its checkpoint folder is private. */
export const isAudit = ({ sandbox }: Order): boolean => sandbox.checkpoint.startsWith(sandbox.folder);

export function sandboxOf({ sandbox, log }: Order): Sandbox {
  return { ...sandbox, versions: new Map(sandbox.versions), log: () => log };
}

/** Removes submissions of which nothing is left. The newest submission of an attempt counts. */
export function leftIn(storeFolder: string): Left[] {
  const newest = new Map<string, Left>();
  for (const submission of readSubmissions(storeFolder).sort((a, b) => (a.time < b.time ? -1 : 1))) {
    const orders = submission.tasks.map(({ sandbox }) => readOrder(path.join(storeFolder, 'work', sandbox)));
    if (orders.every((order) => order === undefined)) removeSubmission(storeFolder, submission);
    for (const [index, order] of orders.entries())
      if (order !== undefined) newest.set(order.sandbox.folder, { order, submission, index });
  }
  return [...newest.values()];
}
