/**
 * The secret of this user for digests that nobody else can guess. It lies in the home folder: outside of projects, git
 * and stores. Two data sets have equal digests only under one key.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isSystemError } from './system-error.ts';

const BYTES = 32;

export const secretKeyFile = (): string => path.join(homedir(), '.config', 'pretext', 'secret.key');

/** Reads the key; makes it if there is none. Throws if `file` is no key. */
export async function readSecretKey(file = secretKeyFile()): Promise<Uint8Array> {
  const found = await readKey(file);
  if (found !== undefined) return found;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file); // fails if another process was faster
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readKey(file);
  if (made === undefined) throw new Error(`Internal error: ${file} vanished.`);
  return made;
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}\s*$/.test(text))
    throw new Error(`${file}: expected a key of 64 hexadecimal digits. Restore it, or make one: openssl rand -hex 32`);
  return Buffer.from(text.trim(), 'hex');
}
