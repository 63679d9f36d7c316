/** The library that counts, records and disturbs the runner's file operations, compiled from fault.c on demand. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../src/util/result.ts';

/** The library's path; the error says why there is none on this machine. */
export function compilePreload(source: string, folder: string): Result<string, string> {
  if (process.platform !== 'linux') return err('faults are injected by LD_PRELOAD and /proc, which only Linux has');
  const library = path.join(folder, 'fault.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'], { stdio: 'pipe' });
  } catch (error) {
    return err(`fault.c cannot be compiled: ${(error as Error).message.split('\n')[0]}`);
  }
  mkdirSync(path.join(folder, 'bin'), { recursive: true });
  copyFileSync(path.join(path.dirname(source), 'sync.sh'), path.join(folder, 'bin/sync'));
  return ok(library);
}

/** The action at call number `at`: one of those in fault.c. */
export interface Injection {
  readonly at: number;
  readonly action: string;
  /** Count reading calls, instead of calls that change files. */
  readonly reads?: boolean;
}

export interface Call {
  readonly number: number;
  readonly what: string;
  /** 0: it succeeded. */
  readonly errno: number;
  readonly path: string;
  /** The target of a rename. */
  readonly to: string;
}

/**
 * @param traceFile the file for the recorded calls; @param saveFolder keeps replaced and removed files, for a power cut
 */
export function preloaded(
  library: string,
  root: string,
  traceFile: string,
  injection?: Injection,
  saveFolder?: string,
): Record<string, string> {
  return {
    LD_PRELOAD: library,
    UV_USE_IO_URING: '0',
    FAULT_ROOT: root,
    FAULT_TRACE: traceFile,
    PATH: `${path.join(path.dirname(library), 'bin')}:${process.env.PATH}`,
    ...(injection && {
      FAULT_AT: String(injection.at),
      FAULT_DO: injection.action,
      ...(injection.reads && { FAULT_READS: '1' }),
    }),
    ...(saveFolder !== undefined && { FAULT_SAVE: saveFolder }),
  };
}

export function readTrace(file: string): Call[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [number, what, errno, from, to] = line.split('\t');
      return { number: Number(number), what: what!, errno: Number(errno), path: from!, to: to ?? '' };
    });
}
