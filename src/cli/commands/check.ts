/** `pipeline check`: compares the pipeline file with its modules before anything runs. */
import type { Instance } from '../../runner/pipeline.ts';
import { writeDiagnostics } from '../diagnostics.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openProject, requireOwnPlaces, selectTargets, withOpenPipeline, type ProjectOptions } from '../project.ts';
import { Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text/count.ts';

export interface ModuleCheckOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** Throws a Refusal with every fault. */
export async function check(
  targets: readonly string[],
  options: ModuleCheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { selected } = selectTargets(project.pipeline, targets);
  await requireOwnPlaces(project);
  const found = await withOpenPipeline(project, (open) =>
    open.checkModules(selected, project.locate, { retries: true }),
  );
  const faults = [...found.unread, ...found.faults];
  if (faults.length > 0) throw new Refusal(faults);
  if (options.json) writeDiagnostics([], terminal, true);
  else terminal.results.write(`${summary(selected, found.compared)}\n`);
  return exitCode.done;
}

function summary(instances: readonly Instance[], compared: number): string {
  const stages = new Set(instances.map(({ stage }) => stage)).size;
  const others = stages - compared;
  return [
    `No faults in ${count(stages, 'stage')}, ${count(instances.length, 'instance')}.`,
    ...(others === 0 ? [] : [`${count(others, 'stage')} without defineStage: inputs and parameters not compared.`]),
  ].join('\n');
}
