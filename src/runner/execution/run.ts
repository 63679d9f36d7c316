/** Brings instances up to date: plans, looks at the machine, carries out, sums up. */
import type { RunSummary } from '../../formats/events.ts';
import type { RunEvent } from '../event.ts';
import type { OpenPipeline } from '../open-pipeline.ts';
import type { Instance } from '../pipeline.ts';
import { publishNotices } from '../plan/publish-notices.ts';
import { Slots } from '../resources/slots.ts';
import { checkShells } from './check-shells.ts';
import { heldBackNotices } from './held-back-notice.ts';
import { InstanceRunner } from './instance-runner.ts';
import { LocalAttempts } from './local-attempts.ts';
import { examineMachine } from './prepare-machine.ts';
import { requireUpstreamReady } from './require-upstream.ts';
import { localExecutor } from './local-executor.ts';
import type { ExecutionDeps } from './execution-deps.ts';
import type { ExecutionOptions } from './execution-options.ts';
import { summarize } from './outcome.ts';
import { stageProgram } from '../stage-program.ts';
import { Scheduler } from './scheduler.ts';

export type { ExecutionOptions } from './execution-options.ts';

/**
 * All events go to `emit`, the plan first and `finished` last. Aborting `signal` asks running stages to stop. The
 * result is the summary. Before the first event it may throw: NoGpuError if `requireGpu` cannot be met, NoRoomError if
 * an instance would wait forever, ShellError if a shell of this machine cannot run a command as it is written,
 * ProducersNotReadyError if a given result is missing, the error of `check`, and NothingToAuditError if there is no
 * result to compare with.
 */
export async function runPipeline(
  given: OpenPipeline,
  selection: readonly Instance[],
  options: ExecutionOptions,
  emit: (event: RunEvent) => void,
  signal: AbortSignal,
  deps: ExecutionDeps = localDeps(given.storeFolder),
): Promise<RunSummary> {
  const began = performance.now();
  const open = options.audit === undefined ? given : await auditing(given, options.audit, emit);
  const plan = await open.planner.plan(selection, { force: options.force });
  requireUpstreamReady(plan, options.upstream);
  await options.check?.(plan);
  const { attempts, leftAttempts } = deps;
  const shellNotices = checkShells(plan);
  const { capacity, demand, notices } = await attempts.survey(plan, options, (message) => {
    emit({ type: 'notice', message });
  });

  emit({ type: 'plan', plan });
  const heldBack = await heldBackNotices(open.storeFolder, plan);
  for (const message of [...shellNotices, ...notices, ...heldBack, ...publishNotices(plan)])
    emit({ type: 'notice', message });
  const work = new InstanceRunner({ ...open, options, emit, signal, attempts, leftAttempts });
  const schedule = new Scheduler(plan.entries, work, {
    slots: new Slots(capacity),
    demand,
    keepGoing: options.keepGoing,
    signal,
    emit,
  });
  try {
    const outcomes = await schedule.runAll();
    const conflicts = open.executions.unpublished();
    for (const { instance, path } of conflicts) emit({ type: 'unpublished', id: instance, path });
    const summary = summarize(plan, {
      outcomes,
      aborted: signal.aborted,
      seconds: (performance.now() - began) / 1000,
      unpublished: conflicts.map(({ path }) => path),
    });
    emit({ type: 'finished', summary });
    return summary;
  } finally {
    await attempts.close();
  }
}

async function auditing(
  open: OpenPipeline,
  { instances, tolerance }: NonNullable<ExecutionOptions['audit']>,
  emit: (event: RunEvent) => void,
): Promise<OpenPipeline> {
  const { auditedPipeline } = await import('../reproduce/audited-pipeline.ts');
  return auditedPipeline(open, instances, tolerance, (audit) => {
    emit({ type: 'audited', id: audit.instance, audit });
  });
}

export function localDeps(storeFolder: string): ExecutionDeps {
  return {
    attempts: new LocalAttempts({
      executor: localExecutor(storeFolder),
      hostProgram: stageProgram('host'),
      machine: examineMachine,
    }),
    leftAttempts: { find: () => undefined },
  };
}
