/** `pipeline run`: brings stages up to date, shows how it goes, and answers with an exit code. */
import { availableParallelism } from 'node:os';
import type { Bounds, Selection } from '../../runner/config/select.ts';
import type { RunEvent } from '../../runner/event.ts';
import { checkShells } from '../../runner/execution/check-shells.ts';
import { requireUpstreamReady } from '../../runner/execution/require-upstream.ts';
import { runPipeline, type ExecutionOptions } from '../../runner/execution/run.ts';
import { publishNotices } from '../../runner/plan/publish-notices.ts';
import { saveRun } from '../../runner/history/history-files.ts';
import { RunJournal } from '../../runner/history/run-journal.ts';
import { RunRecorder } from '../../runner/history/run-recorder.ts';
import type { OpenPipeline } from '../../runner/open-pipeline.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Amounts } from '../../runner/resources/slots.ts';
import { findCardEngineLazily } from '../engine/find-card-engine-lazily.ts';
import { chooseExecutor } from '../choose-executor.ts';
import type { ExecutorName } from '../executor-names.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { listenForInterruption, type Interruption } from '../interruption.ts';
import { planDocument } from '../plan-document.ts';
import { refuse } from '../refusal.ts';
import { RunVerdict } from '../run-verdict.ts';
import { RunningInstances } from '../running-instances.ts';
import { chooseRenderer } from '../render/choose.ts';
import type { ProgressMode, Renderer, View } from '../render/renderer.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { Terminal } from '../terminal.ts';
import {
  openProject,
  requireFittingModules,
  requireOwnPlaces,
  selectTargets,
  withOpenPipeline,
  type Project,
  type ProjectOptions,
} from '../project.ts';
import { writePlan } from '../write-plan.ts';

/** The time for a stage to write its checkpoint and end, after it was asked to stop. */
const GRACE_MS = 15_000;

/** Ten times the resolution of single precision. */
const TOLERANCE = 1e-6;

export interface RunOptions extends ProjectOptions, Bounds {
  readonly force?: boolean;
  readonly audit?: boolean;
  readonly tolerance?: number;
  readonly dryRun?: boolean;
  readonly jobs?: number;
  readonly slots?: Amounts;
  readonly keepGoing?: boolean;
  readonly requireGpu?: boolean;
  readonly allowMissing?: boolean;
  readonly pull?: boolean;
  /** With `pull`; undefined: the default remote. */
  readonly remote?: string;
  readonly executor?: ExecutorName;
  /** Submit what is ready to Slurm, and return. */
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly progress?: ProgressMode;
}

export async function run(targets: readonly string[], options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const selection = selectTargets(project.pipeline, targets, options);
  await requireOwnPlaces(project);
  return withOpenPipeline(
    project,
    async (open) => {
      if (options.pull === true && options.dryRun !== true)
        await pullFirst(open, project, selection, options, terminal);
      if (options.dryRun) return await showPlan(open, project, selection, options, terminal);
      return await carryOut({ targets, selection }, open, project, options, terminal);
    },
    { executes: options.dryRun !== true, allowMissing: options.allowMissing === true },
  );
}

async function pullFirst(
  open: OpenPipeline,
  project: Project,
  selection: Selection,
  { force, remote }: RunOptions,
  terminal: Terminal,
): Promise<void> {
  const { pullBeforeRun } = await import('../remote/pull-before-run.ts');
  const task = { open, project, remote, instances: selection.selected, force: forced(selection, force) };
  await pullBeforeRun(task, terminal);
}

interface Task {
  readonly selection: Selection;
  /** As they were typed, for the history. */
  readonly targets: readonly string[];
  /** Receives the events that the user sees. */
  readonly listen?: (event: RunEvent) => void;
}

/** Brings the instances up to date, shows how it goes, and says how it ended. */
export async function carryOut(
  { targets, selection, listen }: Task,
  open: OpenPipeline,
  project: Project,
  options: RunOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const renderer = await chooseRenderer(
    options.json ? 'json' : (options.progress ?? project.settings.progress ?? 'auto'),
    viewOf(project, options, terminal),
  );
  const tell = (text: string): void => {
    renderer.message(text);
  };
  const running = new RunningInstances();
  const interruption = listenForCtrlC(renderer, running);
  open.waits.listen(tell);
  const verdict = new RunVerdict();
  const recorder = new RunRecorder(targets, Date.now);
  const journal = new RunJournal({
    ...{ storeFolder: project.storeFolder, run: recorder.id, targets, now: Date.now },
    onFault: tell,
  });
  const emit = (event: RunEvent): void => {
    for (const follower of [verdict, running, recorder, journal]) follower.handle(event);
    listen?.(event);
    renderer.handle(event);
  };
  try {
    const executor = await chooseExecutor(project, executorOf(options, project), options.wait === false);
    executor.listen((message) => {
      emit({ type: 'notice', message });
    });
    const summary = await runPipeline(
      open,
      selection.selected,
      { ...executionOptions(options, project, selection), check: (plan) => requireFittingModules(open, project, plan) },
      emit,
      interruption.signal,
      executor.deps,
    );
    const closing = executor.closingText();
    if (closing !== undefined) tell(closing);
    await remember(recorder, project, renderer);
    return verdict.exitCode(summary, interruption);
  } finally {
    interruption.stopListening();
    journal.close();
    open.waits.listen(project.tell);
    await renderer.close();
  }
}

function listenForCtrlC(renderer: Renderer, running: RunningInstances): Interruption {
  return listenForInterruption({
    message: (text) => {
      renderer.message(text);
    },
    killNow: (code) => {
      renderer.clear();
      renderer.message(running.killedText());
      process.exit(code);
    },
    now: Date.now,
  });
}

/** A run whose history cannot be written is none the worse for it. */
async function remember(recorder: RunRecorder, { storeFolder }: Project, renderer: Renderer): Promise<void> {
  const past = recorder.pastRun();
  if (past === undefined) return;
  try {
    await saveRun(storeFolder, past);
  } catch (error) {
    renderer.message(`This run is missing from the history: ${(error as Error).message}`);
  }
}

/** Throws a Refusal where an option needs another executor. */
function executorOf({ executor, wait }: RunOptions, { settings }: Project): ExecutorName {
  const name = executor ?? settings.executor ?? 'local';
  if (wait === false && name === 'local')
    throw refuse('wrong-executor', '--no-wait needs the executor slurm: stages of this machine end with their runner', {
      remedy: 'Set "executor": "slurm" in the settings, or use --executor slurm.',
    });
  return name;
}

function executionOptions(options: RunOptions, project: Project, selection: Selection): ExecutionOptions {
  const { jobs, slots, keepGoing, requireGpu, force, audit, tolerance } = options;
  const { settings } = project;
  // The queue of a cluster is the place to wait.
  const most = executorOf(options, project) === 'slurm' ? Infinity : (settings.jobs ?? availableParallelism());
  return {
    jobs: jobs ?? most,
    slots: { ...settings.slots, ...slots },
    keepGoing: keepGoing ?? false,
    requireGpu: requireGpu ?? false,
    findCardEngine: findCardEngineLazily,
    force: forced(selection, force),
    upstream: selection.given,
    ...(audit && {
      audit: { instances: new Set(selection.named.map(({ id }) => id)), tolerance: tolerance ?? TOLERANCE },
    }),
    graceMs: settings.graceMs ?? GRACE_MS,
    ...(settings.tensorboard !== undefined && { tensorboard: settings.tensorboard }),
  };
}

async function showPlan(
  open: OpenPipeline,
  project: Project,
  selection: Selection,
  options: RunOptions,
  { results, messages }: Terminal,
): Promise<ExitCode> {
  const { json, force } = options;
  const plan = await open.planner.plan(selection.selected, { force: forced(selection, force) });
  requireUpstreamReady(plan, selection.given);
  await requireFittingModules(open, project, plan);
  const shellNotices = checkShells(plan);
  const { deps } = await chooseExecutor(project, executorOf(options, project), false);
  const ignored = (): void => undefined;
  const { notices } = await deps.attempts.survey(plan, executionOptions(options, project, selection), ignored);
  if (json) results.write(`${JSON.stringify(planDocument(plan), null, 2)}\n`);
  else await writePlan(plan, results);
  for (const notice of [...shellNotices, ...notices, ...publishNotices(plan)]) messages.write(`${notice}\n`);
  return exitCode.done;
}

const forced = ({ named }: Selection, force = false): ReadonlySet<InstanceId> =>
  new Set(force ? named.map(({ id }) => id) : []);

function viewOf({ show }: Project, options: RunOptions, terminal: Terminal): View {
  const command = terminal.environment.npm_command === 'exec' ? 'npx pipeline' : 'pipeline';
  const repeated = [
    ...(options.pipeline === undefined ? [] : ['--pipeline', options.pipeline]),
    ...(options.set ?? []).flatMap((each) => ['--set', each]),
  ];
  return {
    terminal,
    path: show,
    rerun: (id) => [command, 'run', ...[...repeated, id].map(shellWord)].join(' '),
    now: Date.now,
  };
}
