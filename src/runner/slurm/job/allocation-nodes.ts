/** The room on the nodes of an allocation. A step needs its share of one node. */
import type { AllocationSize } from '../allocation/allocation-size.ts';

export type Share = Readonly<Record<'cpu' | 'memory' | 'gpu', number>>;

const AMOUNTS = ['cpu', 'memory', 'gpu'] as const;

export class AllocationNodes {
  readonly #free: Map<string, Record<keyof Share, number>>;

  constructor(names: readonly string[], { cpu, memory = Infinity, gpu }: AllocationSize) {
    this.#free = new Map(names.map((name) => [name, { cpu, memory, gpu }]));
  }

  /** The name of a node on which the share was taken; undefined: there is no room now. */
  take(share: Share): string | undefined {
    for (const [name, free] of this.#free) {
      if (AMOUNTS.some((amount) => free[amount] < share[amount])) continue;
      for (const amount of AMOUNTS) free[amount] -= share[amount];
      return name;
    }
    return undefined;
  }

  giveBack(name: string, share: Share): void {
    const free = this.#free.get(name);
    if (free === undefined) throw new Error(`Internal error: ${name} is no node of the allocation.`);
    for (const amount of AMOUNTS) free[amount] += share[amount];
  }
}
