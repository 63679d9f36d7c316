/**
 * A variable in the environment of every stage, unique to its execution. Child processes inherit it, also across
 * `setsid`. Thus the processes of an execution are found that left its session: workers of torchrun, daemons.
 */
import { readlinkSync } from 'node:fs';
import { digestOf } from '../../util/digest.ts';
import { processStatus } from '../../util/process-status.ts';

export const TAG_VARIABLE = 'PIPELINE_EXECUTION';

/** The runner part of a tag: `<store>.<process namespace>.<process>.<start time>.`; the number of the task follows. */
export function runnerTag(storeFolder: string): string {
  const started = processStatus(process.pid)?.started ?? '0';
  return `${placeTag(storeFolder)}${process.pid}.${started}.`;
}

/** Process numbers mean something within their namespace only: a container has its own. */
export function placeTag(storeFolder: string): string {
  return `${digestOf(storeFolder).slice(0, 12)}.${processNamespace()}.`;
}

/** True if the runner of a tag has ended. `rest`: the tag without its place. */
export function isRunnerGone(rest: string): boolean {
  const [pid, started] = rest.split('.');
  const status = processStatus(Number(pid));
  return status === undefined || status.state === 'Z' || status.started !== started;
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '0';
  }
}
