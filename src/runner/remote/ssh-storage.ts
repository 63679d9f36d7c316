/** Objects on a server with SSH: one connection of the system's `ssh`, one session of SFTP. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { RemoteError } from './remote-error.ts';
import type { RemoteAddress } from './remote-url.ts';
import { extension, SftpConnection, SftpError, type Reply } from './sftp/connection.ts';
import {
  lengthPrefixed,
  NO_ATTRIBUTES,
  OPEN,
  permissions,
  REQUEST,
  STATUS,
  uint32,
  uint64,
  type Attributes,
} from './sftp/packets.ts';
import type { ListedObject, ObjectPart, RemoteStorage } from './storage.ts';

type SshAddress = Extract<RemoteAddress, { kind: 'ssh' }>;

/** Bytes of one request: every server takes as many. */
const BLOCK = 32 * 1024;
/** Requests under way for one object. */
const AHEAD = 64;
const TMP = 'tmp';

const LINK = 'hardlink@openssh.com';
const REPLACE = 'posix-rename@openssh.com';
const FSYNC = 'fsync@openssh.com';

export interface SshOptions {
  /** Instead of `ssh`: a program and its first words, separated by blanks, as in GIT_SSH_COMMAND. */
  readonly command?: string;
  /** False: ssh must not ask for a password. */
  readonly mayAsk: boolean;
  readonly tell: (sentence: string) => void;
}

export class SshStorage implements RemoteStorage {
  readonly #address: SshAddress;
  readonly #options: SshOptions;
  readonly #known = new Set<string>();
  #connection: Promise<SftpConnection> | undefined;
  #hasGreeted = false;

  constructor(address: SshAddress, options: SshOptions) {
    this.#address = address;
    this.#options = options;
  }

  /** Throws RemoteError unless the path is a folder there. */
  async check(): Promise<void> {
    const found = await this.#stat(this.#address.path);
    if (!found?.isFolder)
      throw new RemoteError(`${this.#address.path} is no folder on ${this.#address.host}`, {
        remedy: `Make it: ssh ${this.#address.host} mkdir ${this.#address.path}`,
      });
  }

  async get(name: string, part?: ObjectPart): Promise<Buffer | undefined> {
    const file = this.#at(name);
    return this.#try(async () => {
      const length = part?.length ?? (await this.#stat(file))?.bytes;
      if (length === undefined) return undefined;
      const handle = await this.#handle(REQUEST.open, lengthPrefixed(file), uint32(OPEN.read), NO_ATTRIBUTES);
      try {
        return await this.#readBlocks(handle, part?.offset ?? 0, length);
      } finally {
        await this.#closeHandle(handle);
      }
    });
  }

  async size(name: string): Promise<number | undefined> {
    return (await this.#stat(this.#at(name)))?.bytes;
  }

  async put(name: string, bytes: Uint8Array, { replaces = false } = {}): Promise<boolean> {
    const [draft, target] = [this.#at(TMP, randomBytes(12).toString('hex')), this.#at(name)];
    for (const file of [draft, target]) await this.#makeFolder(path.posix.dirname(file));
    const put = async (): Promise<boolean> => {
      try {
        await this.#writeFile(draft, bytes);
        return replaces ? await this.#replace(draft, target) : await this.#linkNew(draft, target);
      } finally {
        await this.#removeFile(draft).catch(() => undefined); // the first error is the relevant one
      }
    };
    return (await this.#try(put)) ?? false;
  }

  async list(folder: string): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    const walk = async (inner: string): Promise<void> => {
      const entries = (await this.#try(() => this.#readFolder(this.#at(inner)))) ?? [];
      for (const { name, attributes } of entries) {
        if (name === '.' || name === '..' || name.startsWith('.nfs')) continue;
        const object = `${inner}/${name}`;
        if (attributes.isFolder) await walk(object);
        else found.push({ name: object, bytes: attributes.bytes, modifiedMs: attributes.modifiedMs });
      }
    };
    await walk(folder);
    return found;
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#try(() => this.#removeFile(this.#at(name)));
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #at(...parts: string[]): string {
    return path.posix.join(this.#address.path, ...parts);
  }

  /** A lost connection is opened anew, once for all who wait. */
  #open(): Promise<SftpConnection> {
    this.#connection ??= this.#connect();
    const current = this.#connection;
    const forget = (): void => {
      if (this.#connection === current) this.#connection = undefined;
    };
    return current.then(
      (connection) => {
        if (connection.isOpen) return connection;
        forget();
        return this.#open();
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
  }

  #connect(): Promise<SftpConnection> {
    return SftpConnection.open(this.#command(), this.#address.host, (text) => {
      if (!this.#hasGreeted)
        this.#options.tell(`${this.#address.host} printed before the transfer: ${firstLine(text)}`);
      this.#hasGreeted = true;
    });
  }

  #command(): readonly [string, ...string[]] {
    const { host, user, port } = this.#address;
    const [program = 'ssh', ...words] = (this.#options.command ?? 'ssh').split(' ').filter(Boolean);
    return [
      ...([program, ...words] as [string, ...string[]]),
      ...(this.#options.mayAsk ? [] : ['-o', 'BatchMode=yes']),
      ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4', '-o', 'ClearAllForwardings=yes'],
      ...(port === undefined ? [] : ['-p', String(port)]),
      ...(user === undefined ? [] : ['-l', user]),
      ...['-s', '--', host, 'sftp'],
    ];
  }

  async #request(type: number, ...fields: readonly Uint8Array[]): Promise<Reply> {
    return (await this.#open()).request(type, ...fields);
  }

  async #handle(type: number, ...fields: readonly Uint8Array[]): Promise<Buffer> {
    return (await this.#request(type, ...fields)).body.bytes();
  }

  async #closeHandle(handle: Buffer): Promise<void> {
    await this.#request(REQUEST.close, lengthPrefixed(handle));
  }

  async #stat(file: string): Promise<Attributes | undefined> {
    return this.#try(async () => (await this.#request(REQUEST.stat, lengthPrefixed(file))).body.attributes());
  }

  async #readBlocks(handle: Buffer, from: number, length: number): Promise<Buffer> {
    const all = Buffer.alloc(length);
    let end = length;
    const read = async (at: number): Promise<void> => {
      for (let done = at, to = Math.min(at + BLOCK, length); done < to;) {
        const fields = [lengthPrefixed(handle), uint64(from + done), uint32(to - done)];
        const block = await this.#request(REQUEST.read, ...fields).then(({ body }) => body.bytes(), endOfFile);
        if (block === undefined) {
          end = Math.min(end, done);
          return;
        }
        block.copy(all, done);
        done += block.length;
      }
    };
    await inBlocks(length, read);
    return all.subarray(0, end);
  }

  async #writeFile(file: string, bytes: Uint8Array): Promise<void> {
    const flags = OPEN.write | OPEN.create | OPEN.exclusive;
    const handle = await this.#handle(REQUEST.open, lengthPrefixed(file), uint32(flags), permissions(0o444));
    try {
      await inBlocks(bytes.length, async (at) => {
        const block = bytes.subarray(at, at + BLOCK);
        await this.#request(REQUEST.write, lengthPrefixed(handle), uint64(at), uint32(block.length), block);
      });
      const { extensions } = await this.#open();
      if (extensions.has(FSYNC)) await this.#request(REQUEST.extended, ...extension(FSYNC, lengthPrefixed(handle)));
    } finally {
      await this.#closeHandle(handle);
    }
    const written = await this.#stat(file);
    if (written?.bytes !== bytes.length)
      throw new RemoteError(`${file} has ${written?.bytes ?? 0} of ${bytes.length} bytes`, { transient: true });
  }

  /** Neither a link nor a rename of SFTP 3 replaces a file. */
  async #linkNew(draft: string, target: string): Promise<boolean> {
    const { extensions } = await this.#open();
    const names = [lengthPrefixed(draft), lengthPrefixed(target)];
    try {
      if (extensions.has(LINK)) await this.#request(REQUEST.extended, ...extension(LINK, ...names));
      else await this.#request(REQUEST.rename, ...names);
      return true;
    } catch (error) {
      if (error instanceof SftpError && (await this.#stat(target))) return false;
      if (!(error instanceof SftpError) || !extensions.has(LINK)) throw error;
      await this.#request(REQUEST.rename, ...names); // a file system without links
      return true;
    }
  }

  async #replace(draft: string, target: string): Promise<boolean> {
    const { extensions } = await this.#open();
    const names = [lengthPrefixed(draft), lengthPrefixed(target)];
    if (extensions.has(REPLACE)) await this.#request(REQUEST.extended, ...extension(REPLACE, ...names));
    else {
      await this.#try(() => this.#removeFile(target));
      await this.#request(REQUEST.rename, ...names);
    }
    return true;
  }

  async #removeFile(file: string): Promise<void> {
    await this.#request(REQUEST.remove, lengthPrefixed(file));
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#known.has(folder) || folder === this.#address.path || folder === '.' || folder === '/') return;
    if (!(await this.#stat(folder))) {
      await this.#makeFolder(path.posix.dirname(folder));
      const around = await this.#stat(path.posix.dirname(folder));
      const mode = around === undefined ? NO_ATTRIBUTES : permissions(around.mode);
      await this.#try(async () => {
        await this.#request(REQUEST.makeFolder, lengthPrefixed(folder), mode).catch(async (error: unknown) => {
          if (!(await this.#stat(folder))) throw error; // another writer made it
        });
      });
    }
    this.#known.add(folder);
  }

  async #readFolder(folder: string): Promise<{ readonly name: string; readonly attributes: Attributes }[]> {
    const handle = await this.#handle(REQUEST.openFolder, lengthPrefixed(folder));
    const found: { name: string; attributes: Attributes }[] = [];
    try {
      for (;;) {
        const reply = await this.#request(REQUEST.readFolder, lengthPrefixed(handle)).catch(endOfFile);
        if (reply === undefined) return found;
        for (let left = reply.body.uint32(); left > 0; left--) {
          const name = reply.body.text();
          reply.body.bytes(); // a line for people
          found.push({ name, attributes: reply.body.attributes() });
        }
      }
    } finally {
      await this.#closeHandle(handle);
    }
  }

  /** Undefined: there is no such file. */
  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SftpError)) throw error;
      if (error.status === STATUS.noSuchFile) return undefined;
      if (error.status === STATUS.permissionDenied)
        throw new RemoteError(`${this.#address.host}: permission denied below ${this.#address.path}`);
      throw await this.#explain(error);
    }
  }

  /** SFTP 3 says "Failure" for a full disk, and nothing more. */
  async #explain(error: SftpError): Promise<RemoteError> {
    const isFull = await this.#isFull().catch(() => false);
    if (isFull)
      return new RemoteError(`no space is left on ${this.#address.host} below ${this.#address.path}`, {
        remedy: 'Free some, then push again: it continues.',
      });
    return new RemoteError(`${this.#address.host}: the server refused: ${error.message}`);
  }

  async #isFull(): Promise<boolean> {
    const name = 'statvfs@openssh.com';
    if (!(await this.#open()).extensions.has(name)) return false;
    const { body } = await this.#request(REQUEST.extended, ...extension(name, lengthPrefixed(this.#address.path)));
    const [, fragment, , , available] = [body.uint64(), body.uint64(), body.uint64(), body.uint64(), body.uint64()];
    return available * fragment < 32 * 1024 * 1024;
  }
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 100) ?? '';

function endOfFile(error: unknown): undefined {
  if (error instanceof SftpError && error.status === STATUS.endOfFile) return undefined;
  throw error;
}

/** Calls `work` with the start of each block, some at a time. */
async function inBlocks(length: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next; at < length; at = next) {
      next += BLOCK;
      await work(at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AHEAD, Math.ceil(length / BLOCK)) }, lane));
}
