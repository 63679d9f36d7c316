/**
 * The parts of the state with their versions. A reader that has the state of some version is told the parts that have
 * changed since, so that a connection that was lost costs no more than its length.
 */
import type { PartKind, Parts } from './state.ts';
import type { Series } from './series.ts';

type Value = Parts[PartKind];

interface Entry {
  readonly version: number;
  readonly text: string;
  readonly value: Value | null;
}

export class VersionedParts {
  #version = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #series = new Map<string, { readonly series: Series; readonly head: SeriesHead }>();

  get version(): number {
    return this.#version;
  }

  /** Equal values are no change. */
  set(key: string, value: Value): void {
    const text = JSON.stringify(value);
    if (this.#entries.get(key)?.text === text) return;
    this.#entries.set(key, { version: ++this.#version, text, value });
  }

  /** It is continued by `grow`. */
  addSeries(key: string, series: Series, head: SeriesHead): void {
    this.#entries.delete(key);
    this.#series.set(key, { series, head });
  }

  /** The next version, for points that are added to a series. */
  grow(): number {
    return ++this.#version;
  }

  drop(key: string): void {
    const hadSeries = this.#series.delete(key);
    const entry = this.#entries.get(key);
    if (!hadSeries && (entry === undefined || entry.value === null)) return;
    this.#entries.set(key, { version: ++this.#version, text: '', value: null });
  }

  /** @param version of an earlier answer; 0: everything that is there */
  since(version: number): Record<string, Value | null> {
    const parts: Record<string, Value | null> = {};
    for (const [key, entry] of this.#entries) {
      if (entry.version > version && (entry.value !== null || version > 0)) parts[key] = entry.value;
    }
    for (const [key, { series, head }] of this.#series) {
      const piece = series.since(version);
      if (piece !== undefined) parts[key] = { ...head, ...piece };
    }
    return parts;
  }
}

interface SeriesHead {
  readonly study: number;
  readonly instance: string;
  readonly metric: string;
}
