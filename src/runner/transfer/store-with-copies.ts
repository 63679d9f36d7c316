/**
 * A store that is only read, and the committed copies of outputs that it lacks: for commands that look and change
 * nothing.
 */
import { readFileSync } from 'node:fs';
import type { Digest } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { isSameKey, recordKeyOf, type RecordKey } from '../store/record-file.ts';
import type { BlobState, Store } from '../store/store.ts';
import type { Copies } from './committed-outputs.ts';

export class StoreWithCopies implements Store {
  readonly #store: Store;
  readonly #copies: Copies;

  constructor(store: Store, copies: Copies) {
    this.#store = store;
    this.#copies = copies;
  }

  look(digest: Digest, bytes?: number): BlobState {
    return this.#isCopy(digest) ? 'intact' : this.#store.look(digest, bytes);
  }

  async verify(digest: Digest): Promise<BlobState> {
    return this.#isCopy(digest) ? 'intact' : this.#store.verify(digest);
  }

  check(digest: Digest): Promise<BlobState> {
    return this.#store.check(digest);
  }

  pathOf(digest: Digest): string {
    return this.#copies.files.get(digest) ?? this.#store.pathOf(digest);
  }

  text(digest: Digest): string | undefined {
    const copy = this.#copies.files.get(digest);
    return (
      this.#store.text(digest) ??
      this.#copies.lists.get(digest) ??
      (copy === undefined ? undefined : readFileSync(copy, 'utf8'))
    );
  }

  async record(key: RecordKey): Promise<RunRecord | undefined> {
    const committed = this.#copies.records.find((record) => isSameKey(recordKeyOf(record), key));
    return (await this.#store.record(key)) ?? committed;
  }

  async records(fingerprint: Fingerprint): Promise<RunRecord[]> {
    const stored = await this.#store.records(fingerprint);
    const committed = this.#copies.records.filter(
      (record) =>
        record.fingerprint === fingerprint &&
        !stored.some((other) => isSameKey(recordKeyOf(other), recordKeyOf(record))),
    );
    return [...stored, ...committed].sort((a, b) => (a.execution.started < b.execution.started ? 1 : -1));
  }

  recordKeys(): Promise<RecordKey[]> {
    return this.#store.recordKeys();
  }

  take(): never {
    throw onlyRead();
  }

  takeAll(): never {
    throw onlyRead();
  }

  put(): never {
    throw onlyRead();
  }

  putRecord(): never {
    throw onlyRead();
  }

  quarantineBlob(): never {
    throw onlyRead();
  }

  quarantineRecord(): never {
    throw onlyRead();
  }

  #isCopy(digest: Digest): boolean {
    return this.#copies.files.has(digest) || this.#copies.lists.has(digest);
  }
}

const onlyRead = (): Error => new Error('Internal error: a command that only looks has written to the store.');
