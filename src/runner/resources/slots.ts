/** Shared resources as numbers of slots that are never exceeded. */
import { field } from '../../util/known.ts';

export type Amounts = Readonly<Record<string, number>>;

export class Slots {
  readonly #capacity: Amounts;
  readonly #taken = new Map<string, number>();

  /** A resource that `capacity` does not name has one slot: a name of the user's is a lock. */
  constructor(capacity: Amounts) {
    this.#capacity = capacity;
  }

  /** Names of the resources with too few free slots. */
  lacking(wanted: Amounts): string[] {
    return Object.keys(wanted).filter((name) => field(wanted, name) > this.#free(name));
  }

  take(wanted: Amounts): void {
    for (const name of this.lacking(wanted))
      throw new Error(
        `Internal error: ${field(wanted, name)} of ${name} are taken where ${this.#free(name)} are free.`,
      );
    this.#add(wanted, 1);
  }

  give(taken: Amounts): void {
    this.#add(taken, -1);
  }

  #free(name: string): number {
    // Tenths do not add up to ones in binary.
    return (this.#capacity[name] ?? 1) - (this.#taken.get(name) ?? 0) + 1e-9;
  }

  #add(amounts: Amounts, sign: 1 | -1): void {
    for (const [name, amount] of Object.entries(amounts))
      this.#taken.set(name, (this.#taken.get(name) ?? 0) + sign * amount);
  }
}
