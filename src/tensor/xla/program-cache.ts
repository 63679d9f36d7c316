/**
 * Compiled programs, kept between processes: a training that is resumed starts at once, and computes with the very
 * program that it began with. A compiler for GPUs chooses among algorithms by trying them, and may choose others the
 * next time.
 */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';
import { ERROR_CODES } from './pjrt/api.ts';
import type { PjrtClient } from './pjrt/client.ts';
import type { XlaFlags } from './pjrt/compile-options.ts';
import { PjrtError, type Handle } from './pjrt/plugin.ts';

interface CacheLocation {
  /** Absolute. */
  readonly folder: string;
  /** Everything that programs depend on beside their text: the plugin, its libraries, the driver, the device. */
  readonly identity: string;
}

/** Some tens of megabytes each. */
const KEPT_PROGRAMS = 64;

export class ProgramCache {
  readonly #client: PjrtClient;
  readonly #flags: XlaFlags;
  readonly #location: CacheLocation | undefined;

  constructor(client: PjrtClient, flags: XlaFlags, location: CacheLocation | undefined) {
    this.#client = client;
    this.#flags = flags;
    this.#location = location;
  }

  /** A program, from the cache or compiled; the caller owns it. */
  async obtain(text: string): Promise<Handle> {
    if (this.#location === undefined) return this.#client.compile(text, this.#flags);
    const file = path.join(this.#location.folder, this.#keyOf(text, this.#location.identity));
    const known = await this.#load(file);
    if (known !== undefined) return known;
    const compiled = await this.#client.compile(text, this.#flags);
    await this.#keep(compiled, file);
    return compiled;
  }

  #keyOf(text: string, identity: string): string {
    const { deviceKind, platformVersion, plugin } = this.#client;
    return digestOf(
      [identity, deviceKind, platformVersion, plugin.version, JSON.stringify(this.#flags), text].join('\0'),
    );
  }

  /** Undefined where there is none, or none that is whole and that the plugin takes. Throws where memory is short. */
  async #load(file: string): Promise<Handle | undefined> {
    const program = await readWhole(file);
    if (program === undefined) return undefined;
    try {
      const loaded = await this.#client.load(program);
      await markUsed(file);
      return loaded;
    } catch (error) {
      if (error instanceof PjrtError && error.code === ERROR_CODES.resourceExhausted) throw error;
      return undefined;
    }
  }

  /** A program that cannot be kept is compiled again the next time, and nothing else is lost. */
  async #keep(program: Handle, file: string): Promise<void> {
    const draft = `${file}.${process.pid}.new`;
    try {
      const bytes = this.#client.serialize(program);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(draft, Buffer.concat([Buffer.from(digestOf(bytes)), bytes]));
      await rename(draft, file);
      await removeOldest(path.dirname(file));
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }
}

/** SHA-256 in hexadecimal digits. */
const DIGEST_LENGTH = 64;

/** A kept program; undefined where there is none that can be read. A damaged file is removed. */
async function readWhole(file: string): Promise<Buffer | undefined> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return undefined;
  const program = content.subarray(DIGEST_LENGTH);
  if (content.subarray(0, DIGEST_LENGTH).toString() === digestOf(program)) return program;
  await rm(file, { force: true }).catch(() => undefined);
  return undefined;
}

/** The time of the last use tells which programs go first. A folder that can only be read keeps its times. */
async function markUsed(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/** Those that were not used for the longest time. */
async function removeOldest(folder: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const file = path.join(folder, name);
      return { file, used: (await stat(file)).mtimeMs };
    }),
  );
  const surplus = files.sort((a, b) => b.used - a.used).slice(KEPT_PROGRAMS);
  for (const { file } of surplus) await rm(file, { force: true });
}
