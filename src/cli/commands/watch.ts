/** `pipeline watch [targets...]`: runs, and runs again whenever a change leaves something to do. */
import path from 'node:path';
import { projectRoot } from '../../runner/config/root.ts';
import { lockFileOf } from '../../runner/config/lock-file.ts';
import type { RunEvent } from '../../runner/event.ts';
import type { Pipeline } from '../../runner/pipeline.ts';
import { writeDiagnostics } from '../diagnostics.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import type { Refusal } from '../refusal.ts';
import { refusalOf } from '../refusal-of.ts';
import { listenForInterruption } from '../interruption.ts';
import { findPipelineFile } from '../pipeline-file.ts';
import { loadSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { AttemptedWork } from '../watch/attempted-work.ts';
import { watchChanges, type Changes } from '../watch/changes.ts';
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
  const rounds = new Rounds({ targets, options, terminal, file, changes });
  try {
    for (;;) {
      const ended = await rounds.next();
      if (ended !== undefined) return ended;
      const stopped = await waitFor((signal) => {
        // Only now, when signals are handled: a reader of this line may send one at once.
        if (rounds.hasNews) tellWaiting(terminal);
        return changes.next(signal);
      });
      if (stopped !== undefined) return stopped;
    }
  } finally {
    await changes.close();
  }
}

interface RoundsDeps {
  readonly targets: readonly string[];
  readonly options: WatchOptions;
  readonly terminal: Terminal;
  /** The pipeline file. */
  readonly file: string;
  readonly changes: Changes;
}

/** Each round reads the pipeline file, and runs if there is work that was not attempted yet. */
class Rounds {
  readonly #deps: RoundsDeps;
  readonly #attempted = new AttemptedWork();
  #lastFault: string | undefined;
  /** The last round has told the user something. */
  hasNews = false;

  constructor(deps: RoundsDeps) {
    this.#deps = deps;
  }

  /** The exit code, if it was interrupted. */
  async next(): Promise<ExitCode | undefined> {
    this.hasNews = false;
    try {
      const code = await this.#bringUpToDate();
      this.#lastFault = undefined;
      if (code === exitCode.interrupted || code === exitCode.terminated || code === exitCode.hungUp) return code;
      this.hasNews = code !== undefined;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.#tell(refusal);
    }
    return undefined;
  }

  /** Undefined if nothing was to be done. */
  async #bringUpToDate(): Promise<ExitCode | undefined> {
    const { targets, options, terminal, file, changes } = this.#deps;
    const project = await openProject(options, terminal);
    const { pipeline } = project;
    const selection = selectTargets(pipeline, targets);
    await requireOwnPlaces(project);
    changes.concerning({ watched: [file, ...inputsOf(pipeline)], ignored: writtenBy(pipeline) });
    const listen = (event: RunEvent): void => {
      this.#attempted.hear(event);
    };
    return withOpenPipeline(
      project,
      async (open) => {
        const plan = await open.planner.plan(selection.selected, { force: new Set() });
        if (this.#lastFault === undefined && !this.#attempted.isNew(plan)) return undefined;
        this.#attempted.begin(plan);
        return await carryOut({ targets, selection, listen }, open, project, options, terminal);
      },
      { executes: true },
    );
  }

  /** Once, however many rounds find it. */
  #tell({ message, diagnostics }: Refusal): void {
    if (message !== this.#lastFault) {
      writeDiagnostics(diagnostics, this.#deps.terminal, false);
      this.hasNews = true;
    }
    this.#lastFault = message;
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
