/** `pipeline history`: past runs; with a target, the past results of its instances. */
import { listRuns } from '../../runner/history/history-files.ts';
import type { PastRun } from '../../formats/past-run.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { failedAttempts, recordKeyText, successfulAttempt } from '../history/past-attempts.ts';
import type { Terminal } from '../terminal.ts';
import { openProject, selectTargets, withOpenPipeline, type Project, type ProjectOptions } from '../project.ts';

export interface HistoryOptions extends ProjectOptions {
  readonly last: number;
  readonly json?: boolean;
}

export async function history(
  target: string | undefined,
  options: HistoryOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  if (target === undefined) await tellRuns(project, options, terminal);
  else await tellResults(target, project, options, terminal);
  return exitCode.done;
}

async function tellRuns(project: Project, { last, json }: HistoryOptions, terminal: Terminal): Promise<void> {
  const runs = readRuns(project, terminal, last);
  if (json) terminal.results.write(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) terminal.results.write('No run has done anything here yet.\n');
  else
    terminal.results.write(
      `${(await import('../history/runs-table.ts')).runsTable(runs, terminal.results).join('\n')}\n`,
    );
}

async function tellResults(
  target: string,
  project: Project,
  { last, json }: HistoryOptions,
  terminal: Terminal,
): Promise<void> {
  const ids = new Set(selectTargets(project.pipeline, [target]).named.map(({ id }) => id));
  const results = await withOpenPipeline(project, async (open) => {
    const locked = new Set<string>();
    for (const id of ids) {
      const record = await open.results.locked(id);
      if (record !== undefined) locked.add(recordKeyText(record));
    }
    return (await open.results.past(ids)).map((result) => successfulAttempt(result, locked));
  });
  const events = [...results, ...readRuns(project, terminal).flatMap((run) => failedAttempts(run, ids))];
  events.sort((a, b) => (a.started < b.started ? 1 : -1));
  const shown = events.slice(0, last);
  if (json) terminal.results.write(`${JSON.stringify(shown, null, 2)}\n`);
  else if (shown.length === 0) terminal.results.write(`${target} has not been executed here yet.\n`);
  else
    terminal.results.write(
      `${(await import('../history/results-table.ts')).resultsTable(shown, terminal.results).join('\n')}\n`,
    );
}

function readRuns({ storeFolder, show }: Project, { messages }: Terminal, most?: number): readonly PastRun[] {
  const { runs, unreadable } = listRuns(storeFolder, most);
  for (const file of unreadable) messages.write(`${show(file)} cannot be read and is left out.\n`);
  return runs;
}
