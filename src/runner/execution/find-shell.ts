/** Finds the shell that runs a command. */
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Shell {
  /** Absolute path of the program. */
  readonly program: string;
  /** Options before `-c`: no start-up file of the user is read. */
  readonly options: readonly string[];
  readonly hasArrays: boolean;
}

const WITH_ARRAYS = ['bash', 'ksh', 'mksh', 'zsh'];

/**
 * @param name as the stage names it; undefined: bash, or sh without bash. Undefined: this machine has no such shell.
 */
export function findShell(name: string | undefined, searchPath = process.env.PATH ?? ''): Shell | undefined {
  if (name === undefined) return findShell('bash', searchPath) ?? findShell('sh', searchPath);
  const program = path.isAbsolute(name) ? existing(name) : (inPath(name, searchPath) ?? existing(`/bin/${name}`));
  if (program === undefined) return undefined;
  const base = path.basename(program);
  return { program, options: base === 'zsh' ? ['-f'] : [], hasArrays: WITH_ARRAYS.includes(base) };
}

const existing = (file: string): string | undefined => (existsSync(file) ? file : undefined);

function inPath(name: string, searchPath: string): string | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}
