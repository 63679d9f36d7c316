/** Instances with their texts, as the rows of `status`, of a dry run and of the block at the end of a run. */
import { isDeepStrictEqual } from 'node:util';
import type { Instance } from '../runner/pipeline.ts';
import type { InstanceId } from '../formats/identity.ts';
import type { Reason } from '../formats/reason.ts';
import { stageLevel, stageOf } from './reason-text.ts';
import { at } from '../util/known.ts';

export interface TableRow {
  readonly instance: Pick<Instance, 'id' | 'stage' | 'axes'>;
  readonly status: Status;
  readonly reasons: readonly Reason[];
  /** The failed or blocked producer that this one needs. */
  readonly because?: InstanceId;
  /** Measured, or expected for an instance that has not run yet. */
  readonly seconds?: number;
}

export type Status =
  'up to date' | 'restore' | 'run' | 'blocked' | 'done' | 'restored' | 'failed' | 'interrupted' | 'submitted';

/** One line of a table: one instance, or several of a stage about which the same is to be said. */
export interface TableLine {
  readonly label: string;
  readonly status: Status;
  readonly reasons: readonly Reason[];
  readonly because?: string;
  readonly seconds?: number;
}

/** More rows than this are grouped by stage. */
export const MOST_ROWS = 12;

/** One line per instance while these are few, else one per stage, status and reasons. */
export function linesOf(rows: readonly TableRow[]): TableLine[] {
  if (rows.length <= MOST_ROWS) return rows.map((row) => ({ ...row, label: row.instance.id }));
  const groups: TableRow[][] = [];
  for (const row of rows) {
    const group = groups.find((group) => sameLine(at(group, 0), row));
    if (group === undefined) groups.push([row]);
    else group.push(row);
  }
  return groups.map((group) => groupLine(group, rows));
}

function sameLine(a: TableRow, b: TableRow): boolean {
  const told = (row: TableRow): unknown => [
    row.instance.stage,
    row.status,
    row.because && stageOf(row.because),
    row.reasons.map(stageLevel),
  ];
  return isDeepStrictEqual(told(a), told(b));
}

function groupLine(group: readonly TableRow[], all: readonly TableRow[]): TableLine {
  const first = at(group, 0);
  if (group.length === 1) return { ...first, label: first.instance.id };
  const known = group.flatMap((row) => (row.seconds === undefined ? [] : [row.seconds]));
  return {
    label: groupLabel(group, all),
    status: first.status,
    reasons: first.reasons.map(stageLevel),
    ...(first.because !== undefined && { because: stageOf(first.because) }),
    ...(known.length === group.length && { seconds: known.reduce((sum, seconds) => sum + seconds) }),
  };
}

/**
 * `finetune (12)` for a whole stage, `finetune:model=M2 (3 of 12)` for a part, with the axes that its members share.
 */
function groupLabel(group: readonly TableRow[], all: readonly TableRow[]): string {
  const { stage, axes } = at(group, 0).instance;
  const total = all.filter((row) => row.instance.stage === stage).length;
  if (group.length === total) return `${stage} (${total})`;
  const shared = Object.entries(axes).filter(([name, value]) =>
    group.every((row) => row.instance.axes[name] === value),
  );
  const suffix = shared.map(([name, value]) => `${name}=${value}`).join(',');
  return `${stage}${suffix && `:${suffix}`} (${group.length} of ${total})`;
}
