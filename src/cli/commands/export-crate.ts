/** `pipeline export crate --to FOLDER [targets]`: results with their provenance, as a Provenance Run Crate. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { lockedRecords } from '../../runner/archive/locked-records.ts';
import { describeStudy } from '../../runner/crate/describe-study.ts';
import { writeCrate } from '../../runner/crate/write-crate.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import type { Pipeline } from '../../runner/pipeline.ts';
import type { OutputChoice } from '../../runner/results/chosen-outputs.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile } from '../maintenance.ts';
import { progressLine } from '../progress-line.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text/count.ts';
import { packageName, version } from '../version.ts';

export interface ExportCrateOptions extends ProjectOptions {
  readonly to: string;
  readonly files: OutputChoice;
  readonly license?: string;
  readonly private?: boolean;
  readonly json?: boolean;
}

/** Without targets, the results of all instances. */
export async function exportCrate(
  targets: readonly string[],
  options: ExportCrateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { store, lock } = openStoreAndLockfile(project);
  const registration = await registerRunner(project.storeFolder, { optional: true });
  const line = progressLine(terminal.messages, Date.now);
  try {
    const { pipeline } = project;
    const ids = selectTargets(pipeline, targets).selected.map(({ id }) => id);
    const records = await lockedRecords(ids, lock, store);
    await registration.relyOn(records.map(({ fingerprint }) => fingerprint));
    const isPrivate = options.private === true;
    const workflow = workflowFile(pipeline, isPrivate);
    const study = describeStudy({
      ...{ name: pipeline.name, stages: pipeline.stages.map(({ name }) => name), records, workflow: workflow.name },
      ...{ files: options.files, isPrivate, license: options.license, engine: { name: packageName, version } },
    });
    const folder = path.resolve(terminal.folder, options.to);
    await writeCrate({
      ...{ folder, study, workflow, store, isPrivate },
      tell: (done, of) => {
        line.show(() => `Exporting: ${done} of ${count(of, 'file')}`);
      },
    });
    line.clear();
    const done = { folder, results: records.length, files: study.contents.length };
    if (options.json) terminal.results.write(`${JSON.stringify(done, null, 2)}\n`);
    else
      terminal.results.write(
        `Described ${count(done.results, 'result')} in ${project.show(folder)}, with ${count(done.files, 'file')}.\n`,
      );
    return exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}

/** The pipeline file names paths of data. A private crate has the names of stages, inputs and outputs instead. */
function workflowFile({ file, name, instances }: Pipeline, isPrivate: boolean): { name: string; text: string } {
  if (!isPrivate) return { name: 'pipeline.json', text: readFileSync(file, 'utf8') };
  const stages = Object.fromEntries(
    instances.map(({ stage, inputs, outputs }) => [
      stage,
      { inputs: Object.keys(inputs), outputs: Object.keys(outputs) },
    ]),
  );
  return { name: 'pipeline.json', text: `${JSON.stringify({ name, stages }, null, 2)}\n` };
}
