/**
 * `pipeline engine add tensorflow`: makes TensorFlow work on this machine from the libraries of its Python package and the
 * addon of tfjs-node, compiled against them. Python's pip downloads; no Python runs afterwards.
 *
 * Everything is made in a folder beside the final one, which takes its name at the end: there is a whole engine or none.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { InstallationError, lastWords } from './failure.ts';
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

const MAKE_ROOM = 'Make room, or name another folder with XDG_CACHE_HOME.';
const GIB = 2 ** 30;
/** Of the disk, while both the downloads and what is unpacked of them lie there. */
const ROOM = { false: 2.5 * GIB, true: 10 * GIB };

/** Returns the folder of the engine. Throws InstallationError; nothing is left of an installation that fails or is interrupted. */
export async function addTensorflow({ gpu, from, signal, tell }: AddOptions): Promise<string> {
  const target = folderOf(gpu);
  if (existsSync(target)) throw new InstallationError(`TensorFlow ${VERSION} is there already: ${target}`, 'To make it anew: pipeline engine remove tensorflow');
  const compiler = await checkMachine(from === undefined);
  if (gpu && !existsSync(DRIVER)) tell(`there is no NVIDIA driver here (${DRIVER}): what is added computes on the processor until there is one`);
  if (from !== undefined) for (const part of partsOf(gpu)) expectThere(part, from);
  await mkdir(enginesFolder(), { recursive: true });
  await removeLeftovers();
  await checkRoom(gpu);
  const work = path.join(enginesFolder(), `${ADDING}${process.pid}`);
  try {
    await build(work, { gpu, from, signal, tell, compiler });
    await rename(work, target);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (signal.aborted) throw new InstallationError('The installation was interrupted', 'Nothing is left of it. Start again: pipeline engine add tensorflow');
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? new InstallationError(`The disk of ${enginesFolder()} is full`, `Nothing is left of the installation. ${MAKE_ROOM}`) : error;
  }
  return target;
}

async function build(work: string, { gpu, from, signal, tell, compiler }: AddOptions & { readonly compiler: string }): Promise<void> {
  const downloads = path.join(work, 'downloads');
  await mkdir(downloads, { recursive: true });
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
  for (const scaffold of ['downloads', 'sources', 'tensorflow/include']) await rm(path.join(work, scaffold), { recursive: true });
  await writeFile(path.join(work, 'parts.json'), `${JSON.stringify(partsOf(gpu), null, 2)}\n`);
}

/** What the compiler reads, and what the program loads. */
const HEADERS = /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/)/;
const LOADED = /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$|^nvidia\/[^/]+\/(lib|bin|nvvm)\//;

async function unpackPart(part: Part, file: string, work: string, signal: AbortSignal): Promise<void> {
  if (part.file.endsWith('.whl')) {
    await unpack(file, work, (member) => HEADERS.test(member) || LOADED.test(member));
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
      ...[sources, path.join(libraries, 'include'), path.join(work, 'sources', NODE_HEADERS.file, 'include')].map((folder) => `-I${folder}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join(sources, 'binding', file)),
      ...['-o', path.join(work, ADDON), '-Wl,-rpath,$ORIGIN/tensorflow', `-L${libraries}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ],
    'The addon cannot be compiled',
    signal,
  );
}

/** In a process of its own: a library that does not fit the processor may abort it. */
async function tryAddon(addon: string, signal: AbortSignal): Promise<void> {
  const program = 'const b = require(process.argv[1]); const id = b.createTensor([2], b.TF_FLOAT, Float32Array.of(1, 2)); if (b.tensorDataSync(id)[1] !== 2) process.exit(1);';
  await succeed(process.execPath, ['-e', program, addon], 'TensorFlow does not start on this machine', signal);
}

async function succeed(program: string, words: readonly string[], otherwise: string, signal: AbortSignal): Promise<void> {
  const done = await execa(program, words, { reject: false, all: true, cancelSignal: signal });
  signal.throwIfAborted();
  if (done.failed) throw new InstallationError(`${otherwise}:\n  ${lastWords(done, 5)}`, `${program} said this.`);
}

async function checkMachine(online: boolean): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InstallationError(`There is a TensorFlow for Linux on x64 only, and this is ${process.platform} on ${process.arch}`, 'The engine onnxruntime works here.');
  }
  const needed: readonly (readonly [string, readonly string[], string])[] = [
    ['tar', ['--version'], 'Install tar.'],
    ...(online ? ([['python3', ['-m', 'pip', '--version'], 'Install pip for Python 3 (Debian: apt install python3-pip), or say --from FOLDER.'], ['npm', ['--version'], 'Install npm, or say --from FOLDER.']] as const) : []),
  ];
  for (const [program, words, remedy] of needed) if (!(await works(program, words))) throw new InstallationError(`${[program, ...words.slice(0, -1)].join(' ')} does not work here`, remedy);
  for (const compiler of ['g++', 'clang++', 'c++']) if (await works(compiler, ['--version'])) return compiler;
  throw new InstallationError('There is no compiler for C++', 'Install one (Debian: apt install g++).');
}

const works = async (program: string, words: readonly string[]): Promise<boolean> => !(await execa(program, words, { reject: false })).failed;

async function checkRoom(gpu: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(enginesFolder());
  const [free, needed] = [bavail * bsize, ROOM[`${gpu}`]];
  if (free < needed) throw new InstallationError(`${enginesFolder()} has ${(free / GIB).toFixed(1)} GiB free, and ${(needed / GIB).toFixed(1)} GiB are needed for a while`, MAKE_ROOM);
}

const ADDING = '.adding-';

/** Of installations that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(enginesFolder())) {
    if (name.startsWith(ADDING) && !existsSync(`/proc/${name.slice(ADDING.length)}`)) await rm(path.join(enginesFolder(), name), { recursive: true, force: true });
  }
}

/** Removes every added TensorFlow, and returns the folders that are gone. */
export async function removeTensorflow(): Promise<string[]> {
  const folders = [true, false].map(folderOf).filter((folder) => existsSync(folder));
  for (const folder of folders) await rm(folder, { recursive: true });
  return folders;
}
