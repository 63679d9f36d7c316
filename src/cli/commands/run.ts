/** `pipeline run`: brings stages up to date, shows how it goes, and answers with an exit code. */
import { availableParallelism } from 'node:os';
import type { RunEvent, RunSummary } from '../../runner/event.ts';
import { runPipeline, type RunOptions as ExecutionOptions } from '../../runner/execution/run.ts';
import { saveRun } from '../../runner/history/history-files.ts';
import { RunRecorder } from '../../runner/history/run-recorder.ts';
import type { InstanceId } from '../../runner/pipeline.ts';
import type { Plan } from '../../runner/plan.ts';
import { NoGpuError } from '../../runner/resources/demand.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { listenForInterruption, type Interruption } from '../interruption.ts';
import { planDocument } from '../plan-document.ts';
import { refuse } from '../refusal.ts';
import { chooseRenderer } from '../render/choose.ts';
import type { ProgressMode, Renderer, View } from '../render/renderer.ts';
import { shellWord } from '../text/shell-word.ts';
import type { Terminal } from '../terminal.ts';
import { openWorkspace, select, withLedger, type Workspace, type WorkspaceOptions } from '../workspace.ts';
import { writePlan } from '../write-plan.ts';

/** What a stage has to write its checkpoint and end, once it was asked to stop. */
const GRACE_MS = 15_000;

export interface RunOptions extends WorkspaceOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly jobs?: number;
  readonly keepGoing?: boolean;
  readonly requireGpu?: boolean;
  readonly json?: boolean;
  readonly progress?: ProgressMode;
}

export async function run(targets: readonly string[], options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const workspace = await openWorkspace(options, terminal);
  const selection = select(workspace.pipeline, targets);
  const force = new Set(options.force ? selection.named.map(({ id }) => id) : []);
  return withLedger(workspace, async (ledger) => {
    if (options.dryRun) return await showPlan(await ledger.plan(selection.selected, { force }), options, terminal);
    const renderer = await chooseRenderer(options.json ? 'json' : (options.progress ?? workspace.settings.progress ?? 'auto'), viewOf(workspace, options, terminal));
    const interruption = listenForInterruption(
      (text) => {
        renderer.message(text);
      },
      (code) => process.exit(code),
      Date.now,
    );
    try {
      const recorder = new RunRecorder(targets, Date.now);
      const emit = (event: RunEvent): void => {
        recorder.handle(event);
        renderer.handle(event);
      };
      const summary = await runPipeline(ledger, selection.selected, executionOptions(options, workspace, force), emit, interruption.signal);
      await remember(recorder, workspace, renderer);
      return codeOf(summary, interruption);
    } catch (error) {
      throw error instanceof NoGpuError ? refuse('no-gpu', error.message, { remedy: 'Leave out --require-gpu to let the processor stand in.' }) : error;
    } finally {
      interruption.stopListening();
      await renderer.close();
    }
  });
}

/** A run whose history cannot be written is none the worse for it. */
async function remember(recorder: RunRecorder, { storeFolder }: Workspace, renderer: Renderer): Promise<void> {
  const past = recorder.pastRun();
  if (past === undefined) return;
  try {
    await saveRun(storeFolder, past);
  } catch (error) {
    renderer.message(`This run is missing from the history: ${(error as Error).message}`);
  }
}

function executionOptions({ jobs, keepGoing, requireGpu }: RunOptions, { settings }: Workspace, force: ReadonlySet<InstanceId>): ExecutionOptions {
  return {
    jobs: jobs ?? settings.jobs ?? availableParallelism(),
    keepGoing: keepGoing ?? false,
    requireGpu: requireGpu ?? false,
    force,
    graceMs: GRACE_MS,
  };
}

async function showPlan(plan: Plan, { json }: RunOptions, { results }: Terminal): Promise<ExitCode> {
  if (json) results.write(`${JSON.stringify(planDocument(plan), null, 2)}\n`);
  else await writePlan(plan, results);
  return exitCode.done;
}

function viewOf({ show }: Workspace, options: RunOptions, terminal: Terminal): View {
  const command = terminal.environment.npm_command === 'exec' ? 'npx pipeline' : 'pipeline';
  const repeated = [...(options.pipeline === undefined ? [] : ['--pipeline', options.pipeline]), ...(options.set ?? []).flatMap((each) => ['--set', each])];
  return {
    terminal,
    path: show,
    rerun: (id) => [command, 'run', ...[...repeated, id].map(shellWord)].join(' '),
    now: Date.now,
  };
}

function codeOf({ outcome }: RunSummary, interruption: Interruption): ExitCode {
  switch (outcome) {
    case 'done':
      return exitCode.done;
    case 'failed':
      return exitCode.stageFailed;
    case 'interrupted':
      return interruption.code() ?? exitCode.interrupted;
  }
}
