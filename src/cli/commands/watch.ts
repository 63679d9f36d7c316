/** `pipeline watch [targets...]`: runs, and runs again whenever a change leaves something to do. */
import path from 'node:path';
import { projectRoot } from '../../runner/config/root.ts';
import { lockFileOf } from '../../runner/config/lock-file.ts';
import type { Pipeline } from '../../runner/pipeline.ts';
import { writeDiagnostics } from '../diagnostics.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refusalOf } from '../refusal-of.ts';
import { listenForInterruption } from '../interruption.ts';
import { findPipelineFile } from '../pipeline-file.ts';
import { loadSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { AttemptedWork } from '../watch/attempted-work.ts';
import { watchChanges } from '../watch/changes.ts';
import { openProject, requireOwnPlaces, selectTargets, withOpenPipeline } from '../project.ts';
import { carryOut, type RunOptions } from './run.ts';

export type WatchOptions = Pick<RunOptions, 'pipeline' | 'set' | 'jobs' | 'keepGoing' | 'progress'>;

/**
 * Ends with Ctrl-C. A problem such as a broken pipeline file is reported, and the command waits for the next change.
 */
export async function watch(targets: readonly string[], options: WatchOptions, terminal: Terminal): Promise<ExitCode> {
  const settings = await loadSettings(terminal.folder);
  const file = findPipelineFile(terminal.folder, options.pipeline, settings.pipeline);
  const root = projectRoot(file);
  const changes = await watchChanges(root, settings.store ?? path.join(root, 'cache'));
  const attempted = new AttemptedWork();
  let lastFault: string | undefined;
  let hasNews = false;
  try {
    for (;;) {
      const ended = await round();
      if (ended !== undefined) return ended;
      const stopped = await waitFor((signal) => {
        // Only now, when signals are handled: a reader of this line may send one at once.
        if (hasNews) tellWaiting(terminal);
        hasNews = false;
        return changes.next(signal);
      });
      if (stopped !== undefined) return stopped;
    }
  } finally {
    await changes.close();
  }

  /** The exit code, if it was interrupted. */
  async function round(): Promise<ExitCode | undefined> {
    try {
      const project = await openProject(options, terminal);
      const { pipeline } = project;
      const selection = selectTargets(pipeline, targets);
      await requireOwnPlaces(project);
      changes.concerning({ watched: [file, ...inputsOf(pipeline)], ignored: writtenBy(pipeline) });
      const code = await withOpenPipeline(
        project,
        async (open) => {
          const plan = await open.planner.plan(selection.selected, { force: new Set() });
          if (lastFault === undefined && !attempted.isNew(plan)) return undefined;
          attempted.begin(plan);
          return await carryOut(
            {
              targets,
              selection,
              listen: (event) => {
                attempted.hear(event);
              },
            },
            open,
            project,
            options,
            terminal,
          );
        },
        { executes: true },
      );
      lastFault = undefined;
      if (code === exitCode.interrupted || code === exitCode.terminated || code === exitCode.hungUp) return code;
      hasNews = code !== undefined;
      return undefined;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      if (refusal.message !== lastFault) {
        writeDiagnostics(refusal.diagnostics, terminal, false);
        hasNews = true;
      }
      lastFault = refusal.message;
      return undefined;
    }
  }
}

function tellWaiting({ results }: Terminal): void {
  results.write(`${results.colors.dim('Waiting for a change; Ctrl-C ends.')}\n`);
}

const inputsOf = ({ instances, root }: Pipeline): string[] => [
  ...new Set(
    instances.flatMap(({ inputs }) =>
      Object.values(inputs).flatMap((input) => (input.kind === 'path' ? [path.resolve(root, input.path)] : [])),
    ),
  ),
];

/** Published and committed outputs and the lockfile: the run itself writes them. */
function writtenBy({ file, instances, root }: Pipeline): string[] {
  const lockFile = lockFileOf(file);
  const published = instances.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ publish }) => (publish === undefined ? [] : [path.resolve(root, publish)])),
  );
  return [lockFile, lockFile.replace(/\.json$/, ''), ...new Set(published)];
}

/** The exit code of a signal, if it came before the work was done. */
async function waitFor(work: (signal: AbortSignal) => Promise<void>): Promise<ExitCode | undefined> {
  const interruption = listenForInterruption({
    message: () => undefined,
    killNow: (code) => process.exit(code),
    now: Date.now,
  });
  try {
    await work(interruption.signal);
    return interruption.code();
  } finally {
    interruption.stopListening();
  }
}
