/** Objects in a folder that several people or machines share. */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError, type SystemError } from '../../util/system-error.ts';
import { RemoteError } from './remote-error.ts';
import type { ListedObject, ObjectPart, RemoteStorage } from './storage.ts';

const TMP = 'tmp';

export class FolderStorage implements RemoteStorage {
  readonly #folder: string;

  /** Throws RemoteError if the folder does not exist: a share that is not mounted must not become a folder. */
  static async open(folder: string): Promise<FolderStorage> {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory())
      throw new RemoteError(`${folder} is no folder here`, { remedy: 'Mount it, or make it: mkdir.' });
    return new FolderStorage(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get(name: string, part?: ObjectPart): Promise<Buffer | undefined> {
    return this.#try(async () => {
      const handle = await open(this.#at(name), 'r');
      try {
        if (part === undefined) return await handle.readFile();
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(part.length), 0, part.length, part.offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    });
  }

  size(name: string): Promise<number | undefined> {
    return this.#try(async () => (await stat(this.#at(name))).size);
  }

  async put(name: string, bytes: Uint8Array, { replaces = false } = {}): Promise<boolean> {
    const [draft, target] = [this.#at(TMP, randomBytes(12).toString('hex')), this.#at(name)];
    const put = async (): Promise<boolean> => {
      for (const file of [draft, target]) await makeShared(path.dirname(file), this.#folder);
      try {
        await writeDraft(draft, bytes);
        if (replaces) await rename(draft, target);
        return replaces || (await linkNew(draft, target));
      } finally {
        await rm(draft, { force: true });
      }
    };
    return (await this.#try(put)) ?? false;
  }

  async list(folder: string): Promise<ListedObject[]> {
    const found = await this.#try(() => readdir(this.#at(folder), { recursive: true, withFileTypes: true }));
    const files = (found ?? []).filter((entry) => entry.isFile() && !entry.name.startsWith('.nfs'));
    const listed = await Promise.all(
      files.map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const facts = await stat(file).catch(() => undefined); // another sweep removed it
        const name = path.relative(this.#folder, file).split(path.sep).join('/');
        return facts ? [{ name, bytes: facts.size, modifiedMs: facts.mtimeMs }] : [];
      }),
    );
    return listed.flat();
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#try(() => rm(this.#at(name), { force: true }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #at(...parts: string[]): string {
    return path.join(this.#folder, ...parts);
  }

  /** Undefined: there is no such file. */
  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === 'ENOENT') return undefined;
      throw remoteErrorOf(error, this.#folder);
    }
  }
}

async function writeDraft(draft: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(draft, 'wx', 0o444);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** False: there is one already. A file system without links renames, after a look. */
async function linkNew(draft: string, target: string): Promise<boolean> {
  try {
    await link(draft, target);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) throw error;
    if (await stat(target).catch(() => undefined)) return false;
    await rename(draft, target);
    return true;
  }
}

/** A new folder gets the permissions of the one around it, so that a group keeps its rights. */
async function makeShared(folder: string, root: string): Promise<void> {
  if (folder === root || (await stat(folder).catch(() => undefined))) return;
  await makeShared(path.dirname(folder), root);
  try {
    await mkdir(folder);
    await chmod(folder, (await stat(path.dirname(folder))).mode & 0o7777);
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  }
}

function remoteErrorOf({ code, message }: SystemError, folder: string): RemoteError {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new RemoteError(`no space is left on ${folder}`, { remedy: 'Free some, then push again: it continues.' });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new RemoteError(`${folder}: permission denied (${message})`);
    default:
      return new RemoteError(`${folder}: ${message}`, { transient: ['ESTALE', 'EIO', 'EBUSY'].includes(code) });
  }
}
