/** `pipeline doctor`: checks this machine and this project, and prints a remedy for each problem. */
import path from 'node:path';
import { loadPipeline } from '../../runner/config/load.ts';
import { command } from '../doctor/command.ts';
import { bad, doubtful, good, type Finding } from '../doctor/finding.ts';
import { gpu } from '../doctor/gpu.ts';
import { git, memory, node, processor } from '../doctor/machine.ts';
import { esbuild, onnxRuntime, tensorFlow, xla } from '../doctor/software.ts';
import { storeSpace, storeWritable } from '../doctor/store.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findPipelineFile } from '../pipeline-file.ts';
import { Refusal } from '../refusal.ts';
import { loadSettings } from '../settings.ts';
import type { Settings } from '../settings-file.ts';
import { shownFrom } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text/count.ts';
import { pad } from '../text/width.ts';
import type { ProjectOptions } from '../project.ts';

export interface DoctorOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** Exits as a failed gate when something must be mended before a run can succeed. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const findings = await examine(options, terminal);
  if (options.json) terminal.results.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const finding of findings) terminal.results.write(lineOf(finding, terminal));
  return findings.some(({ verdict }) => verdict === 'fail') ? exitCode.gateFailed : exitCode.done;
}

async function examine(options: DoctorOptions, terminal: Terminal): Promise<Finding[]> {
  const project = await examineProject(options, terminal);
  const writable = await storeWritable(project.store, shownFrom(terminal.folder)(project.store));
  return [
    node(),
    command(terminal.folder),
    processor(),
    memory(),
    await gpu(),
    await git(terminal.folder),
    writable,
    ...(writable.verdict === 'fail' ? [] : [await storeSpace(project.store)]),
    await esbuild(),
    await onnxRuntime(),
    await tensorFlow(),
    ...(await xla()),
    project.finding,
    ...(await cluster(project)),
    good('network', 'not needed: the runner never opens a connection, and stages only where their own code does'),
  ];
}

interface ExaminedProject {
  readonly finding: Finding;
  readonly store: string;
  /** Absent if the pipeline file has faults. */
  readonly root?: string;
  readonly settings?: Settings;
}

/** The pipeline file, and the store that it determines. */
async function examineProject(options: DoctorOptions, { folder }: Terminal): Promise<ExaminedProject> {
  const here = path.join(folder, 'cache');
  try {
    const settings = await loadSettings(folder);
    const file = findPipelineFile(folder, options.pipeline, settings.pipeline);
    const loaded = await loadPipeline(file, { set: options.set ?? [], storeFolder: settings.store });
    const shown = shownFrom(folder)(file);
    if (!loaded.ok) {
      const remedy = 'pipeline status lists each fault with its place.';
      return {
        finding: bad('pipeline', `${shown} has ${count(loaded.error.diagnostics.length, 'fault')}`, remedy),
        store: settings.store ?? here,
      };
    }
    const { stages, instances, root } = loaded.value.pipeline;
    const message = `${shown}: ${count(stages.length, 'stage')}, ${count(instances.length, 'instance')}`;
    return { finding: good('pipeline', message), store: settings.store ?? path.join(root, 'cache'), root, settings };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const remedy = error.diagnostics.find((diagnostic) => diagnostic.remedy !== undefined)?.remedy;
    return { finding: doubtful('pipeline', error.message, remedy ?? 'Correct the settings file.'), store: here };
  }
}

/** Only where the settings choose it: its checks are jobs. */
async function cluster({ settings, root, store }: ExaminedProject): Promise<Finding[]> {
  if (settings?.executor !== 'slurm' || root === undefined) return [];
  return (await import('../doctor/slurm.ts')).slurm(settings.slurm, root, store);
}

function lineOf({ subject, verdict, message, remedy }: Finding, { results: { colors } }: Terminal): string {
  const style = { ok: colors.green, warn: colors.yellow, fail: colors.red }[verdict];
  const line = `${style(pad(verdict, 4))}  ${pad(subject, 16)}  ${message}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(24)}${remedy}\n`;
}
