/** Prints the findings of `gc` and the deleted files, for people or as JSON. */
import path from 'node:path';
import { GARBAGE_KINDS, type Garbage, type GarbageKind } from '../runner/maintenance/garbage.ts';
import type { SweepReport } from '../runner/maintenance/sweep.ts';
import type { Stream } from './terminal.ts';
import { bytes } from './text/bytes.ts';
import { count } from './text/count.ts';
import { table } from './text/table.ts';
import { last } from '../util/known.ts';

const NAMES: Readonly<Record<GarbageKind, string>> = {
  record: 'results',
  file: 'files',
  log: 'logs',
  checkpoint: 'checkpoints',
  series: 'series of unfinished executions',
  quarantined: 'in quarantine',
  'source map': 'source maps',
  audit: 'audits',
  draft: 'drafts of killed writers',
};

/** @param command the one that deletes what was found */
export function writeSweep(sweep: SweepReport, results: Stream, command: string): void {
  const { garbage, deleted, dropped } = sweep;
  results.write(`${keptText(sweep)}\n`);
  if (dropped.length > 0) results.write(`${droppedText(sweep)}\n`);
  if (garbage.length === 0) {
    results.write('Everything in the store is referenced: nothing to delete.\n');
    return;
  }
  const rows = GARBAGE_KINDS.map((kind) => ({ kind, found: garbage.filter((each) => each.kind === kind) })).filter(
    ({ found }) => found.length > 0,
  );
  const layout = [
    { title: '' },
    { title: 'number', align: 'right' as const },
    { title: 'size', align: 'right' as const },
    { title: '', fold: true },
  ];
  const cells = rows.map(({ kind, found }) => [
    { text: NAMES[kind] },
    { text: String(found.length) },
    { text: bytes(sizeOf(found)) },
    { text: stagesText(found) },
  ]);
  results.write(`\n${table(layout, cells, results.columns(), results.colors.dim).join('\n')}\n\n`);
  results.write(
    deleted ? `Deleted: ${bytes(sizeOf(garbage))}.\n` : `${bytes(sizeOf(garbage))} would be deleted by: ${command}\n`,
  );
}

/** `Kept: results of 2 lockfiles, 5 commits and the last 10 runs, and of 1 runner at work.` */
function keptText({ roots: { lockFiles, commits }, runs, runners }: SweepReport): string {
  const sources = [
    count(lockFiles.length, 'lockfile'),
    ...(commits === undefined ? [] : [count(commits, 'commit of branches and tags', 'commits of branches and tags')]),
    ...(runs > 0 ? [`the last ${count(runs, 'run')}`] : []),
  ];
  const text = `Kept: results of ${sources.length > 1 ? `${sources.slice(0, -1).join(', ')} and ` : ''}${last(sources)}`;
  const atWork = runners.count > 0 ? `, and of ${count(runners.count, 'runner')} at work` : '';
  return `${text}${atWork}.${commits === undefined ? ' There is no git repository, so other branches are unknown.' : ''}`;
}

/** `Dropped from the lockfile: 12 entries that the pipeline no longer has: train:rate=0.1, ...` */
function droppedText({ dropped, deleted, roots }: SweepReport): string {
  const some = `${dropped.slice(0, 3).join(', ')}${dropped.length > 3 ? ', ...' : ''}`;
  const entries = dropped.length === 1 ? 'entry' : 'entries';
  const kept = roots.commits === undefined ? '' : ' Commits that name their results keep them.';
  const verb = deleted ? 'Dropped' : 'To be dropped';
  return `${verb} from the lockfile: ${dropped.length} ${entries} that the pipeline no longer has: ${some}.${kept}`;
}

/** `pretrain 3, finetune 12`: the stages of the results. */
function stagesText(found: readonly Garbage[]): string {
  const stages = new Map<string, number>();
  for (const { stage } of found) if (stage !== undefined) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  return [...stages].map(([stage, number]) => `${stage} ${number}`).join(', ');
}

const sizeOf = (found: readonly Garbage[]): number => found.reduce((sum, { bytes: size }) => sum + size, 0);

/** Paths are relative to the store. */
export function sweepDocument(
  { garbage, deleted, roots, runs, runners, unseen, dropped }: SweepReport,
  storeFolder: string,
): object {
  return {
    deleted,
    bytes: sizeOf(garbage),
    garbage: garbage.map(({ path: place, ...more }) => ({ ...more, path: path.relative(storeFolder, place) })),
    kept: { lockfiles: roots.lockFiles.length, commits: roots.commits ?? null, runs, runners: runners.count },
    unseen: unseen.map((each) => (each.kind === 'damaged' ? each.note : each.lockFile)),
    dropped,
    unreadable: roots.unreadable,
  };
}
