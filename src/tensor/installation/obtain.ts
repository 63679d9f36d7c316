/**
 * Gets the files of an installation, by pip and npm or from a folder, and compares them with the checksums of the
 * tested files.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { digestOfFile } from '../../util/digest-file.ts';
import { InstallationError, lastWords } from './failure.ts';
import type { Part } from './part.ts';

const PIP_DOWNLOAD = [
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
  'manylinux_2_28_x86_64',
  'manylinux_2_27_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux2014_x86_64',
  'manylinux_2_12_x86_64',
  'manylinux2010_x86_64',
];

const PIP_WORDS = [...PIP_DOWNLOAD, ...PLATFORMS.flatMap((platform) => ['--platform', platform])];
const NPM_WORDS = ['pack', '--silent', '--ignore-scripts'];

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

/** Throws InstallationError where files of parts are missing in a folder: it names them all, and how to get them. */
export function expectAllThere(parts: readonly Part[], folder: string): void {
  const missing = parts.filter(({ file }) => !existsSync(path.join(folder, file)));
  const [first, ...others] = missing;
  if (first === undefined) return;
  const files = missing.map(({ file }) => `${path.join(folder, file)} is missing`);
  const remedy =
    others.length === 0
      ? `Get it on a machine with a network: ${commandFor(first)}`
      : `Get them on a machine with a network, in an empty folder, and copy them:\n${scriptFor(missing)}`;
  throw new InstallationError(files.join('\n  '), remedy);
}

/** The path of a part's file in a folder. Throws InstallationError if it is missing. */
function expectThere(part: Part, folder: string): string {
  expectAllThere([part], folder);
  return path.join(folder, part.file);
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
  return isWheel(part) ? ['python3', [...PIP_WORDS, part.asked]] : ['npm', [...NPM_WORDS, part.asked]];
}

const isWheel = ({ file }: Part): boolean => file.endsWith('.whl');

/** As few commands as there are programs. */
function scriptFor(parts: readonly Part[]): string {
  const commands = [
    ['python3', PIP_WORDS, parts.filter(isWheel)],
    ['npm', NPM_WORDS, parts.filter((part) => !isWheel(part))],
  ] as const;
  return commands
    .filter(([, , wanted]) => wanted.length > 0)
    .map(([program, words, wanted]) => `  ${[program, ...words, ...wanted.map(({ asked }) => asked)].join(' ')}`)
    .join('\n');
}

/** As a user would type it. */
function commandFor(part: Part): string {
  const [program, words] = commandOf(part);
  return [program, ...words].join(' ');
}
