import type { Gpu } from './gpu.ts';

/** Which card is whose within this run. */
export class GpuPool {
  readonly size: number;
  readonly #free: string[];

  constructor(gpus: readonly Gpu[]) {
    this.size = gpus.length;
    this.#free = gpus.map(({ uuid }) => uuid);
  }

  take(count: number): readonly string[] {
    return this.#free.splice(0, Math.min(count, this.size));
  }

  give(uuids: readonly string[]): void {
    this.#free.push(...uuids);
  }
}
