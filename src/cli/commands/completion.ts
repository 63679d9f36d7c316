/** `pipeline completion` and what it asks: the hidden `pipeline complete`. */
import type { Command } from 'commander';
import { candidates } from '../completion/candidates.ts';
import { scripts, type Shell } from '../completion/scripts.ts';
import { targetsFor } from '../completion/targets.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findPipelineFile } from '../pipeline-file.ts';
import { Refusal } from '../refusal.ts';
import { loadSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { loadPipeline } from '../../runner/config/load.ts';

export function completion(shell: Shell, terminal: Terminal): ExitCode {
  terminal.results.write(scripts[shell]);
  return exitCode.done;
}

/** One candidate a line. @param words as typed after the program's name; the last is to be completed */
export async function complete(program: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const found = await candidates(program, words, (prefix) => targets(prefix, words, terminal));
  terminal.results.write(found.map((word) => `${word}\n`).join(''));
  return exitCode.done;
}

/** None without a pipeline, or with a faulty one: a half-typed line is no place for diagnostics. */
async function targets(prefix: string, words: readonly string[], terminal: Terminal): Promise<readonly string[]> {
  try {
    const settings = await loadSettings(terminal.folder);
    const file = findPipelineFile(terminal.folder, valuesOf('--pipeline', words).at(-1), settings.pipeline);
    const loaded = await loadPipeline(file, { set: valuesOf('--set', words) });
    return loaded.ok ? targetsFor(prefix, loaded.value.pipeline) : [];
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

function valuesOf(option: string, words: readonly string[]): string[] {
  return words.flatMap((word, i) =>
    word === option ? (words[i + 1] ?? []) : word.startsWith(`${option}=`) ? word.slice(option.length + 1) : [],
  );
}
