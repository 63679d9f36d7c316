/** `pipeline fetch [TARGETS]` and `pipeline pull [TARGETS]`: bring results and versions of data into the store. */
import { existsSync } from 'node:fs';
import { lockFileOf } from '../../runner/config/lock-file.ts';
import { checkoutVersion } from '../../runner/data-versions/checkout.ts';
import { openDataProject, shownInRoot } from '../../runner/data-versions/data-project.ts';
import { readPointer } from '../../runner/data-versions/pointer.ts';
import { noteVersion } from '../../runner/data-versions/version-notes.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import { registerLockfile } from '../../runner/maintenance/store-lockfiles.ts';
import {
  pullResults,
  pullSize,
  pullVersions,
  type PulledResults,
  type PulledVersions,
} from '../../runner/remote/pull-project.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile } from '../maintenance.ts';
import { progressLine } from '../progress-line.ts';
import { openProject, selectTargets, type Project, type ProjectOptions } from '../project.ts';
import { chooseRemote, withChosenRemote } from '../remote/choose-remote.ts';
import { versionsOfProject, type TargetVersions } from '../remote/versions-of-project.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';

export interface PullOptions extends ProjectOptions {
  readonly remote?: string;
  /** False with `--no-data`. */
  readonly data?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Data folders that are absent are checked out: nothing is in the way there. */
export async function pull(targets: readonly string[], options: PullOptions, terminal: Terminal): Promise<ExitCode> {
  return transfer(targets, options, terminal, true);
}

export async function fetchToStore(
  targets: readonly string[],
  options: PullOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return transfer(targets, options, terminal, false);
}

async function transfer(
  targets: readonly string[],
  options: PullOptions,
  terminal: Terminal,
  checksOut: boolean,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const chosen = chooseRemote(project, options.remote);
  const ids = selectTargets(project.pipeline, targets).selected.map(({ id }) => id);
  const withData = targets.length === 0 && options.data !== false;
  const data = withData ? await versionsOfProject(project) : [];
  const { store, lock } = openStoreAndLockfile(project);
  const versions = data.flatMap((each) => each.versions);
  if (options.dryRun) {
    const size = await withChosenRemote(chosen, project, terminal, false, (remote) =>
      pullSize(ids, lock, versions, { remote, store }),
    );
    if (options.json) terminal.results.write(`${JSON.stringify({ remote: chosen.name, ...size }, null, 2)}\n`);
    else
      terminal.results.write(
        `${chosen.name} would send ${count(size.files, 'file')} (${bytes(size.bytes)})` +
          `${size.absent > 0 ? `; it lacks ${count(size.absent, 'file')}` : ''}.\n`,
      );
    return exitCode.done;
  }
  const registration = await registerRunner(project.storeFolder);
  const line = progressLine(terminal.messages, Date.now);
  const tell = (done: number): void => {
    line.show(() => `Pulling from ${chosen.name}: ${bytes(done)}`);
  };
  try {
    const pulled = await withChosenRemote(chosen, project, terminal, false, async (remote) => {
      const context = { remote, store, storeFolder: project.storeFolder, registration, tell };
      const pulledVersions = await pullVersions(versions, context);
      await noteVersions(project, data, pulledVersions);
      return { results: await pullResults(ids, lock, context), versions: pulledVersions };
    });
    await registerLockfile(project.storeFolder, lockFileOf(project.pipeline.file));
    line.clear();
    const checkedOut = checksOut ? await checkOutAbsent(project, data) : [];
    const { results } = terminal;
    if (options.json)
      results.write(`${JSON.stringify({ remote: chosen.name, ...documentOf(pulled), checkedOut }, null, 2)}\n`);
    else results.write(textOf(chosen.name, pulled, checkedOut));
    return pulled.results.absent.length + missingNow(data, pulled.versions) > 0 ? exitCode.stageFailed : exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}

interface Pulled {
  readonly results: PulledResults;
  readonly versions: PulledVersions;
}

async function noteVersions(
  { storeFolder }: Project,
  data: readonly TargetVersions[],
  { whole }: PulledVersions,
): Promise<void> {
  for (const { target, versions } of data)
    for (const version of versions) if (whole.includes(version)) await noteVersion(storeFolder, target, version);
}

/** The paths that were made. */
async function checkOutAbsent(project: Project, data: readonly TargetVersions[]): Promise<string[]> {
  const opened = openDataProject(project.pipeline, project.storeFolder);
  const made: string[] = [];
  for (const { target } of data) {
    const read = readPointer(target);
    if (read.kind !== 'pointer' || existsSync(target)) continue;
    const done = await checkoutVersion(opened, target, read.pointer, { partial: false, tell: () => undefined });
    if (done.kind === 'done') made.push(shownInRoot(opened, target));
  }
  await opened.contents.save();
  return made;
}

/** Versions that a pointer file names now, and that nobody has. Older ones that are absent are only told. */
function missingNow(data: readonly TargetVersions[], { absent }: PulledVersions): number {
  return data.filter(({ target }) => {
    const read = readPointer(target);
    return read.kind === 'pointer' && absent.some(({ digest }) => digest === read.pointer.digest);
  }).length;
}

const documentOf = ({ results, versions }: Pulled): object => ({
  results: { added: results.added, known: results.known, absent: results.absent },
  versions: { whole: versions.whole.map(({ digest }) => digest), absent: versions.absent.map(({ digest }) => digest) },
  files: results.files + versions.files,
  bytes: results.bytes + versions.bytes,
});

function textOf(remote: string, { results, versions }: Pulled, checkedOut: readonly string[]): string {
  const parts = [
    count(results.added.length, 'result'),
    ...(versions.whole.length > 0 ? [count(versions.whole.length, 'version of data', 'versions of data')] : []),
  ];
  const files = count(results.files + versions.files, 'file');
  const lines = [
    `Pulled ${parts.join(' and ')} from ${remote}: ${files} (${bytes(results.bytes + versions.bytes)}); ` +
      `${results.known.length} results were here already.`,
    ...checkedOut.map((shown) => `Checked out ${shown}.`),
    ...(results.absent.length > 0
      ? [
          `${remote} lacks ${count(results.absent.length, 'result')} that the lockfile names, for instance ${results.absent[0] ?? ''}.`,
        ]
      : []),
    ...versions.absent.map(
      ({ digest, added }) => `${remote} lacks version ${digest.slice(0, 8)} of ${added.slice(0, 10)} of data.`,
    ),
  ];
  return lines.map((each) => `${each}\n`).join('');
}
