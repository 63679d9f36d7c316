/** `pipeline gc`: lists unreferenced results in the store, and deletes them on request. */
import { lockFileOf } from '../../runner/config/lock-file.ts';
import { GitError } from '../../runner/maintenance/git.ts';
import { sweep, type SweepReport } from '../../runner/maintenance/sweep.ts';
import { shellWord } from '../../util/shell-word.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse, Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import type { GcOptions } from '../gc-options.ts';
import { openProject, withOpenPipeline, type Project } from '../project.ts';
import { sweepDocument, writeSweep } from '../write-sweep.ts';

const KEPT_RUNS = 10;

export async function gc(options: GcOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.remote === undefined) return gcOfStore(options, terminal);
  const { gcOfRemote } = await import('../remote/gc-of-remote.ts');
  return gcOfRemote({ ...options, remote: options.remote }, terminal);
}

async function gcOfStore(
  { delete: deletes = false, keepRuns = KEPT_RUNS, prune = false, json, ...options }: GcOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (prune && (options.set ?? []).length > 0)
    throw refuse('wrong-usage', '--prune drops what the pipeline file no longer has: --set would drop more', {
      remedy: 'Leave out --set.',
    });
  const project = await openProject(options, terminal);
  const current = await currentFingerprints(project);
  const swept = await carriedOut(() =>
    sweep({
      storeFolder: project.storeFolder,
      lockFile: lockFileOf(project.pipeline.file),
      keepRuns,
      current,
      delete: deletes,
      ...(prune && { prune: new Set(project.pipeline.instances.map(({ id }) => id)) }),
    }),
  );
  if (json) terminal.results.write(`${JSON.stringify(sweepDocument(swept, project.storeFolder), null, 2)}\n`);
  else writeSweep(swept, terminal.results, commandOf({ keepRuns, prune, ...options }));
  for (const { file, commit } of swept.roots.unreadable)
    terminal.messages.write(
      `${commit === undefined ? project.show(file) : `${file} of commit ${commit.slice(0, 12)}`} cannot be read: of ` +
        'its results, only those are kept whose digests are still in its text.\n',
    );
  if (!deletes || swept.deleted) return exitCode.done;
  throw unseenProjects(swept, project);
}

/** The command that deletes the same. */
function commandOf({ keepRuns, prune, pipeline, set = [] }: GcOptions): string {
  const words = [
    ...(pipeline === undefined ? [] : ['--pipeline', pipeline]),
    ...set.flatMap((each) => ['--set', each]),
    ...(keepRuns === KEPT_RUNS ? [] : ['--keep-runs', String(keepRuns)]),
    ...(prune ? ['--prune'] : []),
  ];
  return ['pipeline gc', ...words.map(shellWord), '--delete'].join(' ');
}

/**
 * Includes fingerprints that no lockfile names yet: results that would be restored, and checkpoints from which an
 * interrupted run will resume.
 */
async function currentFingerprints(project: Project): Promise<string[]> {
  const { entries } = await withOpenPipeline(project, ({ planner }) =>
    planner.plan(project.pipeline.instances, { force: new Set() }),
  );
  return entries.flatMap(({ verdict }) => (verdict.kind === 'blocked' ? [] : (verdict.fingerprint ?? [])));
}

async function carriedOut(work: () => ReturnType<typeof sweep>): Promise<SweepReport> {
  try {
    const swept = await work();
    if (swept.ok) return swept.value;
    throw new Refusal(
      [{ code: 'sweep-underway', severity: 'error', message: `the store is being swept already, by ${swept.error}` }],
      exitCode.storeDamaged,
    );
  } catch (error) {
    throw error instanceof GitError
      ? refuse('git', error.message, {
          remedy: 'Nothing was deleted. Correct the error of git, so that the needs of the branches are known.',
        })
      : error;
  }
}

function unseenProjects({ unseen }: SweepReport, { show }: Project): Refusal {
  return new Refusal(
    unseen.map((each) => ({
      code: 'unseen-project',
      severity: 'error',
      ...(each.kind === 'damaged'
        ? {
            message: `nothing was deleted: ${show(each.note)} named a project that uses this store, and is damaged`,
            remedy: `Run the pipelines that use this store, which write it again; then: rm ${show(each.note)}`,
          }
        : {
            message: `nothing was deleted: ${show(each.lockFile)} used this store too, and its folder cannot be found from here`,
            remedy: `Mount it; or, if that project is gone for good: rm ${show(each.note)}`,
          }),
    })),
  );
}
