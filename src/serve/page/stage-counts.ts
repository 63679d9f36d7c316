/** The instances of each stage by status, as the boxes of the plan show them. */
import { group } from 'd3-array';
import type { InstanceState, Status } from '../state.ts';
import { speedOf } from './speed.ts';

/** The parts that a box distinguishes. */
export type Part = 'done' | 'running' | 'failed' | 'blocked' | 'waiting';

export interface StageCounts {
  readonly total: number;
  readonly counts: Readonly<Record<Part, number>>;
  /** Shares of the box from the left: results, the parts of running instances that are done, failures. */
  readonly fill: Readonly<Record<'done' | 'running' | 'failed', number>>;
}

export function countStages(instances: Iterable<InstanceState>, now: number): ReadonlyMap<string, StageCounts> {
  const byStage = group(instances, ({ stage }) => stage);
  return new Map([...byStage].map(([stage, members]) => [stage, countOf(members, now)]));
}

export function countOf(members: readonly InstanceState[], now: number): StageCounts {
  const counts: Record<Part, number> = { done: 0, running: 0, failed: 0, blocked: 0, waiting: 0 };
  let underway = 0;
  for (const instance of members) {
    const part = partOf(instance.status);
    counts[part]++;
    if (part === 'running') underway += speedOf(instance, now).share ?? 0;
  }
  const total = members.length;
  const share = (amount: number): number => (total === 0 ? 0 : amount / total);
  return {
    total,
    counts,
    fill: { done: share(counts.done), running: share(underway), failed: share(counts.failed) },
  };
}

function partOf(status: Status): Part {
  switch (status) {
    case 'done':
    case 'blocked':
    case 'waiting':
      return status;
    case 'running':
    case 'retrying':
    case 'elsewhere':
    case 'submitted':
      return 'running';
    case 'failed':
    case 'stopped':
    case 'killed':
      return 'failed';
  }
}

/** `3 of 12 done, 2 running`. A stage of one instance says its state alone. */
export function countText({ total, counts }: StageCounts): string {
  const parts = [
    counts.running > 0 && `${counts.running} running`,
    counts.failed > 0 && `${counts.failed} not finished`,
    counts.blocked > 0 && `${counts.blocked} blocked`,
  ].filter((part) => part !== false);
  if (total === 1) return parts.length > 0 ? (parts[0] ?? '').replace(/^1 /, '') : counts.done === 1 ? 'done' : 'waits';
  return [`${counts.done} of ${total} done`, ...parts].join(', ');
}
