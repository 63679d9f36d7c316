/** From options to the objects of commands: settings, pipeline, selected instances. */
import path from 'node:path';
import { loadPipeline, type Loaded } from '../runner/config/load.ts';
import type { Locate } from '../runner/config/locate.ts';
import { lockFileOf } from '../runner/config/lock-file.ts';
import { selectInstances, type Bounds, type Selection } from '../runner/config/select.ts';
import type { Diagnostic } from '../formats/diagnostic.ts';
import type { OpenPipeline } from '../runner/open-pipeline.ts';
import type { Instance, Pipeline } from '../runner/pipeline.ts';
import type { Plan } from '../runner/plan.ts';
import { findPipelineFile } from './pipeline-file.ts';
import { Refusal, refuse } from './refusal.ts';
import { loadSettings } from './settings.ts';
import type { Settings } from './settings-file.ts';
import { shownFrom } from './shown-path.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command about a pipeline takes. */
export interface ProjectOptions {
  readonly pipeline?: string;
  readonly set?: readonly string[];
}

export interface Project {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  /** The places of the parts of stages in the pipeline files. */
  readonly locate: Locate;
  readonly objectForm: Loaded['objectForm'];
  /** Absolute path of the store. */
  readonly storeFolder: string;
  /** Shows an absolute path the way the user would type it in the current folder. */
  readonly show: (absolute: string) => string;
  /** A sentence for the messages. */
  readonly tell: (sentence: string) => void;
  readonly warn: (warnings: readonly Diagnostic[]) => Promise<void>;
}

/** Throws a Refusal with every fault of the settings or of the pipeline file. Warnings are only printed. */
export async function openProject(options: ProjectOptions, terminal: Terminal): Promise<Project> {
  const settings = await loadSettings(terminal.folder);
  const file = findPipelineFile(terminal.folder, options.pipeline, settings.pipeline);
  const loaded = await loadPipeline(file, { set: options.set ?? [], storeFolder: settings.store });
  if (!loaded.ok) throw new Refusal(loaded.error.diagnostics);
  const { pipeline, objectForm, locate, warnings } = loaded.value;
  const warn = async (told: readonly Diagnostic[]): Promise<void> => {
    if (told.length > 0) (await import('./diagnostics.ts')).writeDiagnostics(told, terminal, false);
  };
  await warn(warnings);
  return {
    settings,
    pipeline,
    objectForm,
    locate,
    storeFolder: settings.store ?? path.join(pipeline.root, 'cache'),
    show: shownFrom(terminal.folder),
    tell: (sentence) => {
      terminal.messages.write(`${sentence}\n`);
    },
    warn,
  };
}

/** Throws a Refusal for targets that name nothing. */
export function selectTargets(pipeline: Pipeline, targets: readonly string[], bounds: Bounds = {}): Selection {
  const selected = selectInstances(pipeline, targets, bounds);
  if (!selected.ok) throw new Refusal(selected.error);
  return selected.value;
}

/** The one instance of a target. Throws a Refusal that lists the instances if there are several. */
export function selectOne(pipeline: Pipeline, target: string): Instance {
  const [first, ...others] = selectTargets(pipeline, [target]).named;
  if (first === undefined) throw new Error(`Internal error: ${target} selects nothing.`);
  if (others.length === 0) return first;
  const some = [first, ...others].slice(0, 3).map(({ id }) => id);
  throw refuse('ambiguous-instance', `${target} names ${others.length + 1} instances, and one is wanted`, {
    remedy: `For instance ${some.join(' or ')}.`,
  });
}

/**
 * Opens the pipeline with its store and lockfile, calls `work`, and always closes them. `executes`: it may execute or
 * restore.
 */
export async function withOpenPipeline<T>(
  { pipeline, storeFolder, warn, tell }: Project,
  work: (open: OpenPipeline) => Promise<T>,
  openOptions: { readonly executes?: boolean; readonly protects?: boolean; readonly allowMissing?: boolean } = {},
): Promise<T> {
  const { openPipeline } = await import('../runner/open-pipeline.ts');
  const opened = await openPipeline(pipeline, { storeFolder, lockFile: lockFileOf(pipeline.file), ...openOptions });
  if (!opened.ok) throw new Refusal(opened.error);
  const open = opened.value;
  open.waits.listen(tell);
  try {
    await warn(open.warnings);
    return await work(open);
  } finally {
    await open.close();
  }
}

/** Throws a Refusal where instances that are to run do not fit the declarations of their modules. */
export async function requireFittingModules(open: OpenPipeline, { locate }: Project, { entries }: Plan): Promise<void> {
  const instances = entries.flatMap(({ instance, verdict }) =>
    verdict.kind === 'run' || verdict.kind === 'blocked' ? [instance] : [],
  );
  const { faults } = await open.checkModules(instances, locate);
  if (faults.length > 0) throw new Refusal(faults);
}

/** Throws a Refusal if another pipeline file publishes to a place of this one. */
export async function requireOwnPlaces({ pipeline, storeFolder, show }: Project): Promise<void> {
  const { placeClashes } = await import('../runner/publishers/place-clashes.ts');
  const clashes = await placeClashes(pipeline, storeFolder, show);
  if (clashes.length > 0) throw new Refusal(clashes);
}
