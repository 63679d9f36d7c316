/** The requirements of an installation, checked before anything is downloaded. */
import { statfs } from 'node:fs/promises';
import { execa } from 'execa';
import { InstallationError } from './failure.ts';
import { enginesFolder } from './place.ts';

export const MAKE_ROOM = 'Make room, or name another folder with XDG_CACHE_HOME.';

const GIB = 2 ** 30;
/** Free disk space for the downloads and the unpacked files together, in bytes. */
const ROOM = { false: 2.5 * GIB, true: 10 * GIB };

/** Returns the compiler. Throws InstallationError if something is missing. */
export async function checkMachine(online: boolean): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InstallationError(
      `There is a TensorFlow for Linux on x64 only, and this is ${process.platform} on ${process.arch}`,
      'The engine onnxruntime works here.',
    );
  }
  const needed: readonly (readonly [string, readonly string[], string])[] = [
    ['tar', ['--version'], 'Install tar.'],
    ...(online
      ? ([
          [
            'python3',
            ['-m', 'pip', '--version'],
            'Install pip for Python 3 (Debian: apt install python3-pip), or use --from FOLDER.',
          ],
          ['npm', ['--version'], 'Install npm, or use --from FOLDER.'],
        ] as const)
      : []),
  ];
  for (const [program, words, remedy] of needed)
    if (!(await works(program, words)))
      throw new InstallationError(`${[program, ...words.slice(0, -1)].join(' ')} does not work here`, remedy);
  for (const compiler of ['g++', 'clang++', 'c++']) if (await works(compiler, ['--version'])) return compiler;
  throw new InstallationError('There is no compiler for C++', 'Install one (Debian: apt install g++).');
}

const works = async (program: string, words: readonly string[]): Promise<boolean> =>
  !(await execa(program, words, { reject: false })).failed;

export async function checkRoom(gpu: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(enginesFolder());
  const [free, needed] = [bavail * bsize, ROOM[`${gpu}`]];
  if (free < needed)
    throw new InstallationError(
      `${enginesFolder()} has ${(free / GIB).toFixed(1)} GiB free, and ${(needed / GIB).toFixed(1)} GiB are needed for a while`,
      MAKE_ROOM,
    );
}
