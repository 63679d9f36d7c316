/** `pipeline data add PATHS`: keeps the content as a version, and writes pointer files for git. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { addVersion, type Added } from '../../../runner/data-versions/add.ts';
import { shownInRoot, type DataProject } from '../../../runner/data-versions/data-project.ts';
import { findTargets } from '../../../runner/data-versions/find-pointers.ts';
import { pointerFileOf } from '../../../runner/data-versions/pointer.ts';
import { registerRunner } from '../../../runner/maintenance/runner-registration.ts';
import { ignoreInGit } from '../../data/ignore-in-git.ts';
import { targetNamed, withData } from '../../data/open-data.ts';
import { shortVersion, versionText } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import { progressLine } from '../../progress-line.ts';
import type { ProjectOptions } from '../../project.ts';
import { refuse } from '../../refusal.ts';
import type { Terminal } from '../../terminal.ts';
import { count } from '../../text/count.ts';
import { shownName } from '../../data/difference-text.ts';

export interface AddDataOptions extends ProjectOptions {
  readonly link?: boolean;
  readonly json?: boolean;
}

export async function addData(
  paths: readonly string[],
  options: AddDataOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withData(options, terminal, async (data, { show }) => {
    const targets = paths.map((word) => targetNamed(word, terminal.folder));
    for (const target of targets) requirePlace(data, target);
    const registration = await registerRunner(data.storeFolder);
    const line = progressLine(terminal.messages, Date.now);
    const added: (Added & { readonly ignored: string | undefined })[] = [];
    try {
      for (const target of targets) {
        const tell = (files: number, of: number): void => {
          line.show(() => `Adding ${shownInRoot(data, target)}: ${files} of ${of} files`);
        };
        const done = await addVersion(data, target, { link: options.link ?? false, registration, tell });
        added.push({ ...done, ignored: await ignoreInGit(target, show) });
      }
    } finally {
      line.clear();
      registration.unregister();
    }
    if (options.json)
      terminal.results.write(
        `${JSON.stringify(
          added.map((each) => document(data, each)),
          null,
          2,
        )}\n`,
      );
    else
      terminal.results.write(
        added
          .flatMap((each) => linesOf(data, each, terminal))
          .map((text) => `${text}\n`)
          .join(''),
      );
    return exitCode.done;
  });
}

/** Throws a Refusal for a place that cannot be versioned. */
function requirePlace(data: DataProject, target: string): void {
  const shown = shownInRoot(data, target);
  const isInside = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(outer + path.sep);
  if (target === data.root || !isInside(target, data.root))
    throw refuse('data-place', `${target} is not below the folder of the pipeline file`, {
      remedy: 'Move it there, or put a link to it there and add the link.',
    });
  if (!existsSync(target)) throw refuse('data-place', `${shown} does not exist`);
  if (isInside(target, data.storeFolder) || isInside(data.storeFolder, target))
    throw refuse('data-place', `${shown} overlaps the store`, { remedy: 'Choose a folder beside the store.' });
  const other = findTargets(data).find((each) => each !== target && (isInside(each, target) || isInside(target, each)));
  if (other !== undefined)
    throw refuse('data-place', `${shown} overlaps ${shownInRoot(data, other)}, which has versions of its own`, {
      remedy: `Add one of them. To join them, remove ${shownInRoot(data, pointerFileOf(other))} first.`,
    });
}

const document = (
  data: DataProject,
  { target, state, pointer, stored, ignored }: Added & { ignored: string | undefined },
): object => ({
  path: shownInRoot(data, target),
  state,
  version: pointer.digest,
  files: pointer.files,
  bytes: pointer.bytes,
  stored,
  ...(ignored !== undefined && { ignored }),
});

function linesOf(data: DataProject, added: Added & { ignored: string | undefined }, terminal: Terminal): string[] {
  const { target, state, pointer, stored, copied, clashes, systemFiles, endedConflict, ignored } = added;
  const shown = shownInRoot(data, target);
  const [clash] = clashes;
  const file = path.relative(terminal.folder, pointerFileOf(target));
  return [
    state === 'added'
      ? `${shown}: version ${versionText(pointer)}, ${count(stored, 'file')} new in the store`
      : `${shown}: unchanged since version ${versionText(pointer)}`,
    ...(copied > 0 ? [`  ${count(copied, 'file')} could not be linked and were copied`] : []),
    ...(clash
      ? [
          `  note: ${shownName(clash.first)} and ${shownName(clash.second)} are one file on macOS or Windows` +
            (clashes.length > 1 ? `, as are ${clashes.length - 1} more pairs` : ''),
        ]
      : []),
    ...(systemFiles.length > 0
      ? [`  note: ${systemFiles.map(shownName).slice(0, 3).join(', ')} belong to the version too`]
      : []),
    ...(endedConflict
      ? [`  the merge conflict of the pointer file is over: version ${shortVersion(pointer)} counts`]
      : []),
    ...(ignored !== undefined ? [`  ${ignored}`] : []),
    ...(state === 'added' ? [`  for git: git add ${file}`] : []),
  ];
}
