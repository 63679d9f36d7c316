/** `pipeline data checkout [REVISION] [PATHS]`: brings a version back into its folder. */
import path from 'node:path';
import type { DataPointer } from '../../../formats/data-pointer.ts';
import { addVersion } from '../../../runner/data-versions/add.ts';
import { checkoutVersion, type CheckoutResult, type EditedFile } from '../../../runner/data-versions/checkout.ts';
import { DataError } from '../../../runner/data-versions/data-error.ts';
import { shownInRoot, type DataProject } from '../../../runner/data-versions/data-project.ts';
import { countsByFolder } from '../../../runner/data-versions/differences.ts';
import { readPointer, writePointer } from '../../../runner/data-versions/pointer.ts';
import { resolveVersion } from '../../../runner/data-versions/resolve-version.ts';
import { noteVersion } from '../../../runner/data-versions/version-notes.ts';
import { registerRunner, type RunnerRegistration } from '../../../runner/maintenance/runner-registration.ts';
import { shownName } from '../../data/difference-text.ts';
import { splitWords, targetNamed, targetsOf, withData } from '../../data/open-data.ts';
import { shortVersion, versionText } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import { progressLine } from '../../progress-line.ts';
import type { ProjectOptions } from '../../project.ts';
import { refuse } from '../../refusal.ts';
import type { Terminal } from '../../terminal.ts';
import { count } from '../../text/count.ts';

export interface CheckoutDataOptions extends ProjectOptions {
  readonly force?: boolean;
  readonly partial?: boolean;
  readonly json?: boolean;
}

interface Chosen {
  readonly target: string;
  readonly version: DataPointer;
}

/** Without a revision, the version that the pointer file names; with one, the pointer file is written too. */
export async function checkoutData(
  words: readonly string[],
  options: CheckoutDataOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { revisions, paths } = splitWords(words, terminal);
  if (revisions.length > 1) throw refuse('data-checkout', `one revision is expected, got ${revisions.join(' ')}`);
  return withData(options, terminal, async (data) => {
    const registration = await registerRunner(data.storeFolder);
    try {
      const chosen = await chooseVersions(data, revisions[0], paths, terminal);
      const documents: object[] = [];
      let isWhole = true;
      for (const each of chosen) {
        const done = await checkout(data, each, { ...options, registration, writes: revisions.length > 0 }, terminal);
        isWhole &&= done.missing.length === 0;
        documents.push({ path: shownInRoot(data, each.target), version: each.version.digest, ...done });
        if (!options.json) terminal.results.write(`${linesOf(data, each, done).join('\n')}\n`);
      }
      if (options.json) terminal.results.write(`${JSON.stringify(documents, null, 2)}\n`);
      return isWhole ? exitCode.done : exitCode.stageFailed;
    } finally {
      registration.unregister();
    }
  });
}

async function chooseVersions(
  data: DataProject,
  revision: string | undefined,
  paths: readonly string[],
  terminal: Terminal,
): Promise<Chosen[]> {
  const targets =
    revision === undefined || paths.length === 0
      ? targetsOf(data, paths, terminal)
      : paths.map((word) => targetNamed(word, terminal.folder));
  const chosen: Chosen[] = [];
  for (const target of targets) {
    const version =
      revision === undefined
        ? pointedVersion(data, target)
        : await resolveVersion(data, target, revision).catch(skipIn(targets));
    if (version) chosen.push({ target, version });
  }
  if (chosen.length === 0)
    throw refuse('no-data-version', `${revision ?? 'this project'} has no pointer file of data`, {
      remedy: 'pipeline data list shows the versions; pipeline data add FOLDER makes one.',
    });
  return chosen;
}

/** Of several folders, only one may have a version of these digits. */
function skipIn(targets: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof DataError && targets.length > 1) return undefined;
    throw error;
  };
}

function pointedVersion(data: DataProject, target: string): DataPointer | undefined {
  const read = readPointer(target);
  if (read.kind !== 'conflict') return read.kind === 'pointer' ? read.pointer : undefined;
  throw new DataError(
    [
      `the pointer file of ${shownInRoot(data, target)} holds a merge conflict:`,
      `  ours is version ${versionText(read.ours)}`,
      `  theirs is version ${versionText(read.theirs)}`,
    ].join('\n'),
    `Choose one: pipeline data checkout ${shortVersion(read.ours)} ${shownInRoot(data, target)}`,
  );
}

type Done = Omit<Extract<CheckoutResult, { kind: 'done' }>, 'kind'> & { readonly kept?: string };

interface CheckoutWay extends CheckoutDataOptions {
  readonly registration: RunnerRegistration;
  readonly writes: boolean;
}

async function checkout(
  data: DataProject,
  { target, version }: Chosen,
  way: CheckoutWay,
  terminal: Terminal,
): Promise<Done> {
  const line = progressLine(terminal.messages, Date.now);
  const tell = (files: number, of: number): void => {
    line.show(() => `Checking out ${shownInRoot(data, target)}: ${files} of ${of} files`);
  };
  const attempt = (): Promise<CheckoutResult> =>
    checkoutVersion(data, target, version, { partial: way.partial ?? false, tell });
  let kept: string | undefined;
  try {
    await way.registration.relyOn([version.digest, version.details]);
    const before = readPointer(target);
    for (const each of before.kind === 'conflict'
      ? [before.ours, before.theirs]
      : before.kind === 'pointer'
        ? [before.pointer]
        : [])
      await noteVersion(data.storeFolder, target, each);
    await noteVersion(data.storeFolder, target, version);
    let result = await attempt();
    if (result.kind === 'refused' && way.force) {
      kept = await keepFilesOfNow(data, target, way.registration);
      result = await attempt();
    }
    if (result.kind === 'refused') throw refusalOfEdited(data, target, version, result.edited);
    if (result.kind === 'absent') throw refusalOfAbsent(data, target, version, result);
    if (way.writes) await writePointer(target, version);
    const { written, removed, missing } = result;
    return { written, removed, missing, ...(kept !== undefined && { kept }) };
  } finally {
    line.clear();
  }
}

/** The files of now become a version of their own; the pointer file stays as it is until the checkout is done. */
async function keepFilesOfNow(data: DataProject, target: string, registration: RunnerRegistration): Promise<string> {
  const before = readPointer(target);
  const { pointer } = await addVersion(data, target, { link: false, registration, tell: () => undefined });
  if (before.kind === 'pointer') await writePointer(target, before.pointer);
  return pointer.digest;
}

const NAMED = 10;

function refusalOfEdited(data: DataProject, target: string, version: DataPointer, edited: readonly EditedFile[]) {
  const shown = shownInRoot(data, target);
  const names = edited.slice(0, NAMED).map(({ name, state }) => {
    const file = name === '' ? shown : `${shown}/${shownName(name)}`;
    return `  ${file} (${state === 'new' ? 'in no version' : 'differs from every version'})`;
  });
  const rest = countsByFolder(edited.slice(NAMED).map(({ name }) => name)).map(
    ({ folder, count: n }) => `${n} in ${folder}`,
  );
  return new DataError(
    [
      `${shown} holds ${count(edited.length, 'file')} that no version holds; nothing was changed`,
      ...names,
      ...(rest.length > 0 ? [`  and ${edited.length - NAMED} more: ${rest.slice(0, 5).join(', ')}`] : []),
    ].join('\n'),
    `Keep them first: pipeline data add ${shown}. Or let --force keep them as a version, and then bring ` +
      `${shortVersion(version)} back.`,
  );
}

function refusalOfAbsent(
  data: DataProject,
  target: string,
  version: DataPointer,
  { missing, of }: Extract<CheckoutResult, { kind: 'absent' }>,
) {
  const shown = shownInRoot(data, target);
  const lacks =
    missing.length === 0
      ? `version ${versionText(version)} of ${shown} is not in the store`
      : `${missing.length} of ${of} files of version ${shortVersion(version)} of ${shown} are not in the store`;
  const names = missing.slice(0, NAMED).map((name) => `  ${shownName(name)}`);
  return new DataError(
    [
      `${lacks}; nothing was changed`,
      ...names,
      ...(missing.length > NAMED ? [`  and ${missing.length - NAMED} more`] : []),
    ].join('\n'),
    missing.length === 0
      ? 'pipeline pull brings it, if a remote has it.'
      : 'pipeline pull brings them; --partial restores the others.',
  );
}

function linesOf(data: DataProject, { target, version }: Chosen, { written, removed, missing, kept }: Done): string[] {
  const shown = shownInRoot(data, target);
  return [
    ...(kept === undefined
      ? []
      : [
          `${shown}: the files of before are version ${kept.slice(0, 8)} now: pipeline data checkout ${kept.slice(0, 8)}`,
        ]),
    `${shown}: version ${versionText(version)}; ${count(written, 'file')} written, ${removed} removed`,
    ...(missing.length > 0
      ? [
          `  missing in the store: ${count(missing.length, 'file')}`,
          ...missing.slice(0, NAMED).map((name) => `    ${path.posix.join(shown, shownName(name))}`),
        ]
      : []),
  ];
}
