/**
 * Gets the files of an installation, by pip and npm or from a folder, and compares them with the checksums of the
 * tested files.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { digestOfFile } from '../../../util/digest-file.ts';
import { InstallationError, lastWords } from './failure.ts';
import type { Part } from './parts.ts';

const PIP = [
  '-m',
  'pip',
  'download',
  '--quiet',
  '--disable-pip-version-check',
  '--no-deps',
  '--only-binary=:all:',
  '--python-version',
  '3.11',
  '--implementation',
  'cp',
  '--abi',
  'cp311',
  '--abi',
  'none',
];
const PLATFORMS = [
  'manylinux_2_27_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux2014_x86_64',
  'manylinux_2_12_x86_64',
  'manylinux2010_x86_64',
];

export interface Source {
  /** A folder that holds all files; undefined: the network. */
  readonly from: string | undefined;
  /** The folder for downloads. */
  readonly downloads: string;
  readonly signal: AbortSignal;
}

/** Returns the verified file. Throws InstallationError if it cannot be had or is another one. */
export async function obtain(part: Part, { from, downloads, signal }: Source): Promise<string> {
  const file = from === undefined ? await download(part, downloads, signal) : expectThere(part, from);
  const found = await digestOfFile(file);
  if (found !== part.sha256)
    throw new InstallationError(
      `${path.basename(file)} is not the file that was tried: its SHA-256 is ${found}, and ${part.sha256} is expected`,
      `Get it again: ${commandFor(part)}`,
    );
  return file;
}

/** The path of a part's file in a folder. Throws InstallationError if it is missing. */
export function expectThere(part: Part, folder: string): string {
  const file = path.join(folder, part.file);
  if (!existsSync(file))
    throw new InstallationError(`${file} is missing`, `Get it on a machine with a network: ${commandFor(part)}`);
  return file;
}

async function download(part: Part, folder: string, signal: AbortSignal): Promise<string> {
  const [program, words] = commandOf(part);
  const done = await execa(program, [...words, program === 'npm' ? '--pack-destination' : '--dest', folder], {
    reject: false,
    cancelSignal: signal,
    all: true,
  });
  signal.throwIfAborted();
  if (done.failed) {
    throw new InstallationError(
      `${part.asked} cannot be downloaded:\n  ${lastWords(done, 3)}`,
      `Without a network, put the files into a folder and use --from FOLDER. This one: ${commandFor(part)}`,
    );
  }
  return expectThere(part, folder);
}

function commandOf(part: Part): readonly [string, readonly string[]] {
  return part.file.endsWith('.whl')
    ? ['python3', [...PIP, ...PLATFORMS.flatMap((platform) => ['--platform', platform]), part.asked]]
    : ['npm', ['pack', '--silent', '--ignore-scripts', part.asked]];
}

/** As a user would type it. */
function commandFor(part: Part): string {
  const [program, words] = commandOf(part);
  return [program, ...words].join(' ');
}
