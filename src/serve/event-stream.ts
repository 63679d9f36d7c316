/**
 * Server-sent events: the whole state first, then the parts that change. An event is named by the start of the server
 * and a version, so that a reader that comes back is told what it has missed. A reader that is slow is told less often.
 */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Update } from './state.ts';
import type { VersionedParts } from './versioned-parts.ts';

interface Reader {
  readonly response: ServerResponse;
  version: number;
  /** The connection has not taken the message before yet. */
  isFull: boolean;
}

/** Proxies and tunnels close a connection that is silent for a minute. */
const SILENCE_MS = 15_000;
const RETRY_MS = 2000;

export class EventStream {
  readonly #boot = randomBytes(6).toString('hex');
  readonly #parts: VersionedParts;
  readonly #now: () => number;
  readonly #readers = new Set<Reader>();
  #spoke: number;

  /** @param now milliseconds since the epoch */
  constructor(parts: VersionedParts, now: () => number) {
    this.#parts = parts;
    this.#now = now;
    this.#spoke = now();
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Takes over the response. @param lastEventId of the last event that the reader has; undefined: it is new */
  add(response: ServerResponse, lastEventId: string | undefined): void {
    const version = this.#versionOf(lastEventId);
    const reader: Reader = { response, version: version ?? 0, isFull: false };
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.#write(reader, this.#message(version === undefined ? 'state' : 'change', reader.version));
    this.#readers.add(reader);
    response.on('close', () => {
      this.#readers.delete(reader);
    });
    response.on('drain', () => {
      reader.isFull = false;
    });
  }

  /** Tells every reader what has changed. */
  push(): void {
    const texts = new Map<number, string>();
    const isSilent = this.#now() - this.#spoke >= SILENCE_MS;
    for (const reader of this.#readers) {
      if (reader.isFull) continue;
      if (reader.version < this.#parts.version) {
        const text = texts.get(reader.version) ?? this.#message('change', reader.version);
        texts.set(reader.version, text);
        this.#write(reader, text);
      } else if (isSilent) reader.response.write(': still here\n\n');
    }
    if (texts.size > 0 || isSilent) this.#spoke = this.#now();
  }

  end(): void {
    for (const { response } of this.#readers) response.end();
  }

  #write(reader: Reader, text: string): void {
    reader.version = this.#parts.version;
    reader.isFull = !reader.response.write(text);
  }

  #message(event: 'state' | 'change', since: number): string {
    const update: Update = { now: this.#now(), parts: this.#parts.since(since) };
    return `id: ${this.#boot}-${this.#parts.version}\nevent: ${event}\ndata: ${JSON.stringify(update)}\n\n`;
  }

  /** Undefined for an event of another start of the server, and for any other text. */
  #versionOf(lastEventId: string | undefined): number | undefined {
    const [, boot, version] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
    if (boot !== this.#boot || version === undefined || Number(version) > this.#parts.version) return undefined;
    return Number(version) === 0 ? undefined : Number(version);
  }
}
