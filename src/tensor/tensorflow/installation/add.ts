/**
 * `pipeline engine add tensorflow`: makes TensorFlow work on this machine from the libraries of its Python package and
 * the addon of tfjs-node, compiled against them. Python's pip downloads; no Python runs afterwards.
 *
 * Everything is made in a folder beside the final one, which takes its name at the end: there is a whole engine or
 * none.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { isSystemError } from '../../../util/system-error.ts';
import { InstallationError, lastWords } from './failure.ts';
import { listFiles } from './intact.ts';
import { removeLeftovers, workFolder } from './leftovers.ts';
import { checkMachine, checkRoom, MAKE_ROOM } from './machine.ts';
import { expectThere, obtain } from './obtain.ts';
import { BINDING, NODE_HEADERS, partsOf, VERSION, type Part } from './parts.ts';
import { ADDON, enginesFolder, folderOf } from './place.ts';
import { unpack } from './unpack.ts';

export interface AddOptions {
  /** With NVIDIA's libraries. */
  readonly gpu: boolean;
  /** A folder that holds the files, absolute; undefined: the network. */
  readonly from: string | undefined;
  readonly signal: AbortSignal;
  /** One line for every step. */
  readonly tell: (text: string) => void;
}

/** There while NVIDIA's kernel module is loaded. */
const DRIVER = '/proc/driver/nvidia/version';

/**
 * Returns the folder of the engine. Throws InstallationError; nothing is left of an installation that fails or is
 * interrupted.
 */
export async function addTensorflow({ gpu, from, signal, tell }: AddOptions): Promise<string> {
  const target = folderOf(gpu);
  if (existsSync(target)) throw thereAlready(target);
  const compiler = await checkMachine(from === undefined);
  if (gpu && !existsSync(DRIVER))
    tell(`there is no NVIDIA driver here (${DRIVER}): the engine computes on the processor until there is one`);
  if (from !== undefined) for (const part of partsOf(gpu)) expectThere(part, from);
  const work = workFolder('adding');
  try {
    await mkdir(enginesFolder(), { recursive: true });
    await removeLeftovers();
    await checkRoom(gpu);
    await build(work, { gpu, from, signal, tell, compiler });
    await rename(work, target);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (signal.aborted)
      throw new InstallationError(
        'The installation was interrupted',
        'Nothing is left of it. Start again: pipeline engine add tensorflow',
      );
    throw refusedByDisk(error, target);
  }
  return target;
}

const thereAlready = (target: string): InstallationError =>
  new InstallationError(
    `TensorFlow ${VERSION} is there already: ${target}`,
    'To make it anew: pipeline engine remove tensorflow',
  );

/** An error of the operating system, in words; other errors unchanged. */
function refusedByDisk(error: unknown, target: string): unknown {
  if (!isSystemError(error)) return error;
  if (error.code === 'ENOSPC')
    return new InstallationError(
      `The disk of ${enginesFolder()} is full`,
      `Nothing is left of the installation. ${MAKE_ROOM}`,
    );
  // Another installation was faster.
  if (error.syscall === 'rename' && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
    return thereAlready(target);
  return new InstallationError(
    `TensorFlow cannot be added: ${error.message}`,
    `Engines go into ${enginesFolder()}; XDG_CACHE_HOME names another place.`,
  );
}

async function build(
  work: string,
  { gpu, from, signal, tell, compiler }: AddOptions & { readonly compiler: string },
): Promise<void> {
  const downloads = path.join(work, 'downloads');
  // One after the other. Node hides the error of a full disk if it makes both at once.
  await mkdir(work);
  await mkdir(downloads);
  for (const part of partsOf(gpu)) {
    tell(`${from === undefined ? 'downloading' : 'reading'} ${part.asked}`);
    const file = await obtain(part, { from, downloads, signal });
    await unpackPart(part, file, work, signal);
    if (from === undefined) await rm(file);
    signal.throwIfAborted();
  }
  tell(`compiling the addon with ${compiler}`);
  await compile(work, compiler, signal);
  tell('trying it');
  await tryAddon(path.join(work, ADDON), signal);
  for (const scaffold of ['downloads', 'sources', 'tensorflow/include'])
    await rm(path.join(work, scaffold), { recursive: true });
  await writeFile(path.join(work, 'parts.json'), `${JSON.stringify(partsOf(gpu), null, 2)}\n`);
  await listFiles(work);
  signal.throwIfAborted();
}

/** The files that the compiler reads, and those that the program loads. */
const HEADERS =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/)/;
const LOADED = /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$|^nvidia\/[^/]+\/(lib|bin|nvvm)\//;

async function unpackPart(part: Part, file: string, work: string, signal: AbortSignal): Promise<void> {
  if (part.file.endsWith('.whl')) {
    await unpack(file, work, (member) => HEADERS.test(member) || LOADED.test(member), signal);
    return;
  }
  const folder = path.join(work, 'sources', part.file);
  await mkdir(folder, { recursive: true });
  await succeed('tar', ['-xzf', file, '-C', folder, '--strip-components=1'], `${part.file} cannot be unpacked`, signal);
}

/** The paths within the addon are relative to its own, so that the folder may move. */
async function compile(work: string, compiler: string, signal: AbortSignal): Promise<void> {
  const sources = path.join(work, 'sources', BINDING.file);
  const libraries = path.join(work, 'tensorflow');
  await succeed(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
      ...[sources, path.join(libraries, 'include'), path.join(work, 'sources', NODE_HEADERS.file, 'include')].map(
        (folder) => `-I${folder}`,
      ),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join(sources, 'binding', file)),
      ...[
        '-o',
        path.join(work, ADDON),
        '-Wl,-rpath,$ORIGIN/tensorflow',
        `-L${libraries}`,
        '-l:libtensorflow_cc.so.2',
        '-l:libtensorflow_framework.so.2',
      ],
    ],
    'The addon cannot be compiled',
    signal,
  );
}

/** In a process of its own: a library that does not fit the processor may abort it. */
async function tryAddon(addon: string, signal: AbortSignal): Promise<void> {
  const program =
    'const b = require(process.argv[1]); const id = b.createTensor([2], b.TF_FLOAT, Float32Array.of(1, 2)); if (b.tensorDataSync(id)[1] !== 2) process.exit(1);';
  await succeed(process.execPath, ['-e', program, addon], 'TensorFlow does not start on this machine', signal);
}

async function succeed(
  program: string,
  words: readonly string[],
  otherwise: string,
  signal: AbortSignal,
): Promise<void> {
  const done = await execa(program, words, { reject: false, all: true, cancelSignal: signal });
  signal.throwIfAborted();
  if (done.failed) throw new InstallationError(`${otherwise}:\n  ${lastWords(done, 5)}`, `${program} said this.`);
}
