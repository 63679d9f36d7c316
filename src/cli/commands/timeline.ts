/** `pipeline timeline [run]`: the executions of a past run over time, as text or as a picture in a file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { listRuns } from '../../runner/history/history-files.ts';
import type { PastRun } from '../../formats/past-run.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findRun } from '../history/run-id.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { openProject, type Project, type ProjectOptions } from '../project.ts';

export interface TimelineOptions extends ProjectOptions {
  /** `-`: standard output. */
  readonly output?: string;
}

export async function timeline(
  word: string | undefined,
  { output, ...options }: TimelineOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const run = chosenRun(word, project);
  if (output === undefined) {
    const { timelineText } = await import('../timeline/text.ts');
    terminal.results.write(`${timelineText(run, terminal.results).join('\n')}\n`);
    return exitCode.done;
  }
  const [{ timelinePicture }, { renderTimeline }] = await Promise.all([
    import('../timeline/picture.ts'),
    import('../../report/standalone/index.ts'),
  ]);
  const picture = renderTimeline(timelinePicture(run));
  if (output === '-') terminal.results.write(picture);
  else await writePicture(path.resolve(terminal.folder, output), picture, project.show);
  return exitCode.done;
}

function chosenRun(word: string | undefined, { storeFolder }: Project): PastRun {
  const { runs } = listRuns(storeFolder, word === undefined ? 1 : Infinity);
  if (runs[0] === undefined)
    throw refuse('no-run', 'no run has done anything here yet', { remedy: 'pipeline run makes one.' });
  return word === undefined ? runs[0] : findRun(word, runs);
}

/** Replaces a picture, and nothing else. */
async function writePicture(file: string, picture: string, show: Project['show']): Promise<void> {
  if (!isReplaceable(file)) {
    throw refuse('not-a-picture', `${show(file)} exists and is no SVG picture`, {
      remedy: 'Name another file, or remove this one first.',
    });
  }
  await writeFileAtomic(file, picture);
}

function isReplaceable(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').startsWith('<svg');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
