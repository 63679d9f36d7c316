/** `pipeline status`: lists up-to-date instances and those that would run, with reasons. */
import type { Bounds } from '../../runner/config/select.ts';
import { machineNotices } from '../../runner/execution/prepare-machine.ts';
import type { PlanEntry } from '../../runner/plan.ts';
import { publishNotices } from '../../runner/plan/publish-notices.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findCardEngineLazily } from '../engine/find-card-engine-lazily.ts';
import { planDocument } from '../plan-document.ts';
import type { Terminal } from '../terminal.ts';
import { openProject, requireOwnPlaces, selectTargets, withOpenPipeline, type ProjectOptions } from '../project.ts';
import { writePlan } from '../write-plan.ts';

export interface StatusOptions extends ProjectOptions, Bounds {
  readonly check?: boolean;
  readonly allowMissing?: boolean;
  readonly json?: boolean;
}

/** With `--check`, anything that is not up to date is a failed gate. */
export async function status(
  targets: readonly string[],
  options: StatusOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { selected } = selectTargets(project.pipeline, targets, options);
  await requireOwnPlaces(project);
  const plan = await withOpenPipeline(project, ({ planner }) => planner.plan(selected, { force: new Set() }), {
    allowMissing: options.allowMissing === true,
  });
  // The cards of this machine say nothing about those of a cluster.
  const isHere = project.settings.executor !== 'slurm';
  const slots = project.settings.slots ?? {};
  const notices = isHere ? await machineNotices(plan, { slots, findCardEngine: findCardEngineLazily }) : [];
  if (options.json) terminal.results.write(`${JSON.stringify(planDocument(plan), null, 2)}\n`);
  else await writePlan(plan, terminal.results);
  for (const notice of [...notices, ...publishNotices(plan)]) terminal.messages.write(`${notice}\n`);
  return options.check && plan.entries.some(isStale) ? exitCode.gateFailed : exitCode.done;
}

const isStale = ({ verdict }: PlanEntry): boolean => verdict.kind !== 'fresh';
