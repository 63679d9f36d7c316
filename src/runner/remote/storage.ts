/**
 * A place that keeps named objects of at most some megabytes: a shared folder, a server with SSH, a bucket. Everything
 * that a remote does is built on this interface; storage.contract.ts tests every implementation.
 */
export interface RemoteStorage {
  /** The content of an object, or a part of it; undefined: there is none. */
  get(name: string, part?: ObjectPart): Promise<Buffer | undefined>;
  /** In bytes; undefined: there is no such object. */
  size(name: string): Promise<number | undefined>;
  /**
   * The object is visible whole or not at all. False: there is one of this name, which stays. `replaces`: it gives way
   * to this one.
   */
  put(name: string, bytes: Uint8Array, options?: { readonly replaces?: boolean }): Promise<boolean>;
  /** All objects below a folder, in no order. */
  list(folder: string): Promise<ListedObject[]>;
  /** An object that is gone already is no error. */
  remove(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface ObjectPart {
  readonly offset: number;
  readonly length: number;
}

export interface ListedObject {
  readonly name: string;
  readonly bytes: number;
  /** Time of the last change by the clock of the server, in milliseconds. */
  readonly modifiedMs: number;
}
