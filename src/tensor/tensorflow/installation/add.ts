/**
 * `pipeline engine add tensorflow`: makes TensorFlow work on this machine from the libraries of its Python package and
 * the addon of tfjs-node, compiled against them. Python's pip downloads; no Python runs afterwards.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { InstallationError } from '../../installation/failure.ts';
import { install, requireAbsent, type InstallOptions } from '../../installation/install.ts';
import type { Part } from '../../installation/part.ts';
import { isWorking, NPM, PIP, requireLinux, requirePrograms, succeed } from '../../installation/programs.ts';
import { unpack } from '../../installation/unpack.ts';
import { BINDING, NODE_HEADERS, partsOf, VERSION } from './parts.ts';
import { ADDON, folderOf } from './place.ts';

export interface AddTensorflowOptions extends InstallOptions {
  /** With NVIDIA's libraries. */
  readonly gpu: boolean;
  /** Tries the libraries of GPUs in a folder, in a process of its own. Returns why they do not work. */
  readonly tryIn: (folder: string, signal: AbortSignal) => Promise<string | undefined>;
}

const GIB = 2 ** 30;
/** Free disk space for the downloads and the unpacked files together, in bytes. */
const ROOM = { false: 2.5 * GIB, true: 10 * GIB };

/** There while NVIDIA's kernel module is loaded; WSL has its driver elsewhere. */
const DRIVERS = ['/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * Returns the folder of the engine. Throws InstallationError; nothing is left of an installation that fails or is
 * interrupted.
 */
export async function addTensorflow({ gpu, tryIn, ...options }: AddTensorflowOptions): Promise<string> {
  requireLinux('TensorFlow');
  const engine = { engine: 'tensorflow', title: `TensorFlow ${VERSION}`, target: folderOf(gpu) } as const;
  requireAbsent(engine);
  requireNoOther(gpu);
  await requirePrograms([
    { program: 'tar', words: ['--version'], remedy: 'Install tar.' },
    ...(options.from === undefined ? [PIP, NPM] : []),
  ]);
  const compiler = await findCompiler();
  if (gpu && !DRIVERS.some((file) => existsSync(file)))
    options.tell(
      `there is no NVIDIA driver here (${DRIVERS.join(', ')}): the engine computes on the processor until there is one`,
    );
  return install(
    {
      ...engine,
      parts: partsOf(gpu),
      room: ROOM[`${gpu}`],
      unpack: unpackPart,
      complete: async (work, { signal, tell }) => {
        tell(`compiling the addon with ${compiler}`);
        await compile(work, compiler, signal);
        tell('trying it');
        await tryAddon(path.join(work, ADDON), signal);
        if (gpu) {
          await linkSolver(work);
          const failure = await tryIn(work, signal);
          signal.throwIfAborted();
          if (failure !== undefined)
            throw new InstallationError(
              `TensorFlow does not find its libraries for GPUs:\n  ${failure}`,
              'Nothing was added.',
            );
        }
        for (const scaffold of ['sources', 'tensorflow/include'])
          await rm(path.join(work, scaffold), { recursive: true });
      },
    },
    options,
  );
}

/** With GPU libraries and without are one engine: a second copy would never be used. */
function requireNoOther(gpu: boolean): void {
  const other = folderOf(!gpu);
  if (existsSync(other))
    throw new InstallationError(
      `TensorFlow ${VERSION} is there already, ${gpu ? 'without' : 'with'} the libraries of GPUs: ${other}`,
      `To change it: pipeline engine remove tensorflow, then pipeline engine add tensorflow${gpu ? ' --gpu' : ''}`,
    );
}

async function findCompiler(): Promise<string> {
  for (const compiler of ['g++', 'clang++', 'c++']) if (await isWorking(compiler, ['--version'])) return compiler;
  throw new InstallationError('There is no compiler for C++', 'Install one (Debian: apt install g++).');
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

/**
 * TensorFlow opens NVIDIA's libraries from libtensorflow_framework, whose search path (RUNPATH) names every folder of
 * theirs but that of cuSOLVER. Without cuSOLVER it registers no GPU at all, so the library gets a second name where it
 * is looked for.
 */
async function linkSolver(work: string): Promise<void> {
  const library = 'libcusolver.so.11';
  await symlink(path.join('..', '..', 'cusolver', 'lib', library), path.join(work, 'nvidia', 'cublas', 'lib', library));
}
