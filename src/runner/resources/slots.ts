/** What there is to share, and who may start: every resource is a number of slots that is never exceeded. */
export type Amounts = Readonly<Record<string, number>>;

export class Slots {
  readonly #free: Record<string, number>;
  readonly #capacity: Amounts;

  /** A resource that `capacity` does not name has one slot: a name of the user's is a lock. */
  constructor(capacity: Amounts) {
    this.#capacity = capacity;
    this.#free = { ...capacity };
  }

  /** Takes all or nothing. A wish beyond the capacity is cut to it, so that everything can run some time. */
  take(wanted: Amounts): Amounts | undefined {
    const cut = Object.fromEntries(Object.entries(wanted).map(([name, amount]) => [name, Math.min(amount, this.#capacity[name] ?? 1)]));
    const fits = Object.entries(cut).every(([name, amount]) => amount <= (this.#free[name] ?? 1));
    if (!fits) return undefined;
    for (const [name, amount] of Object.entries(cut)) this.#free[name] = (this.#free[name] ?? 1) - amount;
    return cut;
  }

  give(taken: Amounts): void {
    for (const [name, amount] of Object.entries(taken)) this.#free[name] = this.#free[name]! + amount;
  }
}
