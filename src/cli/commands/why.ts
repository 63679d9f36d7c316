/**
 * `pipeline why <instance>`: every reason, in values; for an up-to-date instance, when and by which run it was made.
 */
import type { PlanEntry } from '../../runner/plan.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { instanceDocument } from '../plan-document.ts';
import { reasonText } from '../reason-text.ts';
import type { Terminal } from '../terminal.ts';
import { duration } from '../text/duration.ts';
import { instant } from '../text/instant.ts';
import { openProject, selectTargets, withOpenPipeline, type ProjectOptions } from '../project.ts';

export interface WhyOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function why(target: string, options: WhyOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const selection = selectTargets(project.pipeline, [target]);
  const plan = await withOpenPipeline(project, ({ planner }) => planner.plan(selection.selected, { force: new Set() }));
  const asked = new Set(selection.named.map(({ id }) => id));
  const entries = plan.entries.filter(({ instance }) => asked.has(instance.id));
  const { results } = terminal;
  if (options.json) results.write(`${JSON.stringify(entries.map(instanceDocument), null, 2)}\n`);
  else for (const entry of entries) results.write(`${explain(entry, results.colors.bold).join('\n')}\n`);
  return exitCode.done;
}

function explain({ instance, verdict }: PlanEntry, bold: (text: string) => string): string[] {
  const name = bold(instance.id);
  switch (verdict.kind) {
    case 'fresh': {
      if (!('record' in verdict))
        return [`${name} is unchanged by the lockfile (${verdict.fingerprint.slice(0, 12)}); its results are not here`];
      const { started, seconds, host } = verdict.record.execution;
      return [
        `${name} is up to date: executed ${instant(started)} in ${duration(seconds)} on ${host} ` +
          `(${verdict.fingerprint.slice(0, 12)})`,
      ];
    }
    case 'restore':
      return [`${name} will be restored from the store, not executed:`, ...verdict.reasons.map(bullet)];
    case 'run':
      return [`${name} will run:`, ...verdict.reasons.map(bullet)];
    case 'blocked':
      return [`${name} cannot run:`, ...verdict.reasons.map(bullet)];
  }
}

const bullet = (reason: Parameters<typeof reasonText>[0]): string => `  ${reasonText(reason)}`;
