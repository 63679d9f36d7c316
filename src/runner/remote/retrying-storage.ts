/** Tries again after transient faults. A `put` that was cut may have succeeded: then the next one finds the object. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteError } from './remote-error.ts';
import type { ListedObject, ObjectPart, RemoteStorage } from './storage.ts';

/** Pauses between attempts. */
const PAUSES_MS = [200, 1000, 5000];

export class RetryingStorage implements RemoteStorage {
  readonly #inner: RemoteStorage;
  readonly #tell: (sentence: string) => void;

  constructor(inner: RemoteStorage, tell: (sentence: string) => void) {
    this.#inner = inner;
    this.#tell = tell;
  }

  get(name: string, part?: ObjectPart): Promise<Buffer | undefined> {
    return this.#try(() => this.#inner.get(name, part));
  }

  size(name: string): Promise<number | undefined> {
    return this.#try(() => this.#inner.size(name));
  }

  put(name: string, bytes: Uint8Array, options?: { readonly replaces?: boolean }): Promise<boolean> {
    return this.#try(() => this.#inner.put(name, bytes, options));
  }

  list(folder: string): Promise<ListedObject[]> {
    return this.#try(() => this.#inner.list(folder));
  }

  remove(names: readonly string[]): Promise<void> {
    return this.#try(() => this.#inner.remove(names));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    for (const pause of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof RemoteError) || !error.isTransient) throw error;
        this.#tell(`${error.message}; trying again`);
        await sleep(pause);
      }
    }
    return work();
  }
}
