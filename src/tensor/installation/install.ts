/**
 * `pipeline engine add`, as far as engines have it in common: files are fetched, verified and unpacked into a folder
 * beside the final one, which takes its name at the end. There is a whole engine or none.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from '../../util/system-error.ts';
import { enginesFolder } from './engines-folder.ts';
import { InstallationError } from './failure.ts';
import { listFiles } from './intact.ts';
import { removeLeftovers, workFolder } from './leftovers.ts';
import { expectAllThere, obtain } from './obtain.ts';
import type { AddedEngine, Part } from './part.ts';
import { checkRoom, MAKE_ROOM } from './room.ts';

export interface InstallOptions {
  /** A folder that holds the files, absolute; undefined: the network. */
  readonly from: string | undefined;
  readonly signal: AbortSignal;
  /** One line for every step. */
  readonly tell: (text: string) => void;
}

export interface Installation {
  /** As the command line names it. */
  readonly engine: AddedEngine;
  /** For messages, for example `TensorFlow 2.21.0`. */
  readonly title: string;
  /** The final folder, absolute. */
  readonly target: string;
  /** In the order in which they are taken. */
  readonly parts: readonly Part[];
  /** Bytes of the disk, for the downloads and the unpacked files together. */
  readonly room: number;
  readonly unpack: (part: Part, file: string, work: string, signal: AbortSignal) => Promise<void>;
  /** Makes and tries the engine of what was unpacked. */
  readonly complete: (work: string, options: InstallOptions) => Promise<void>;
}

/**
 * Returns the folder of the engine. Throws InstallationError; nothing is left of an installation that fails or is
 * interrupted. A folder that is there already is never replaced.
 */
export async function install(installation: Installation, options: InstallOptions): Promise<string> {
  const { engine, target, parts, room } = installation;
  if (options.from !== undefined) expectAllThere(parts, options.from);
  const work = workFolder('adding', engine);
  try {
    await mkdir(enginesFolder(), { recursive: true });
    await removeLeftovers();
    await checkRoom(room);
    await build(work, installation, options);
    await rename(work, target);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (options.signal.aborted)
      throw new InstallationError(
        'The installation was interrupted',
        `Nothing is left of it. Start again: pipeline engine add ${engine}`,
      );
    throw refusedByDisk(error, installation);
  }
  return target;
}

/** Throws InstallationError. To be called before anything is asked of the machine. */
export function requireAbsent(installation: Pick<Installation, 'engine' | 'title' | 'target'>): void {
  if (existsSync(installation.target)) throw thereAlready(installation);
}

const thereAlready = ({
  engine,
  title,
  target,
}: Pick<Installation, 'engine' | 'title' | 'target'>): InstallationError =>
  new InstallationError(`${title} is there already: ${target}`, `To make it anew: pipeline engine remove ${engine}`);

/** An error of the operating system, in words; other errors unchanged. */
function refusedByDisk(error: unknown, installation: Installation): unknown {
  if (!isSystemError(error)) return error;
  if (error.code === 'ENOSPC')
    return new InstallationError(
      `The disk of ${enginesFolder()} is full`,
      `Nothing is left of the installation. ${MAKE_ROOM}`,
    );
  // Another installation was faster.
  if (error.syscall === 'rename' && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
    return thereAlready(installation);
  return new InstallationError(
    `${installation.title} cannot be added: ${error.message}`,
    `Engines go into ${enginesFolder()}; XDG_CACHE_HOME names another place.`,
  );
}

async function build(work: string, installation: Installation, options: InstallOptions): Promise<void> {
  const { from, signal, tell } = options;
  const downloads = path.join(work, 'downloads');
  // One after the other. Node hides the error of a full disk if it makes both at once.
  await mkdir(work);
  await mkdir(downloads);
  for (const part of installation.parts) {
    tell(`${from === undefined ? 'downloading' : 'reading'} ${part.asked}`);
    const file = await obtain(part, { from, downloads, signal });
    await installation.unpack(part, file, work, signal);
    if (from === undefined) await rm(file);
    signal.throwIfAborted();
  }
  await installation.complete(work, options);
  await rm(downloads, { recursive: true });
  await writeFile(path.join(work, 'parts.json'), `${JSON.stringify(installation.parts, null, 2)}\n`);
  await listFiles(work);
  signal.throwIfAborted();
}
