/** `pipeline data diff [REVISION] [REVISION] [PATHS]`: images, labels and files that differ. */
import path from 'node:path';
import { DataError } from '../../../runner/data-versions/data-error.ts';
import { shownInRoot, type DataProject } from '../../../runner/data-versions/data-project.ts';
import {
  changeCounts,
  compareVersions,
  isSameVersion,
  type ComparedVersion,
} from '../../../runner/data-versions/differences.ts';
import { readPointer } from '../../../runner/data-versions/pointer.ts';
import { resolveVersion } from '../../../runner/data-versions/resolve-version.ts';
import { storedVersion, workspaceVersion } from '../../../runner/data-versions/status.ts';
import { presentData } from '../../../runner/data-versions/version-entries.ts';
import type { DataPointer } from '../../../formats/data-pointer.ts';
import { changedText } from '../../data/change-text.ts';
import { differenceLines } from '../../data/difference-text.ts';
import { splitWords, targetsOf, withData } from '../../data/open-data.ts';
import { shortVersion } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import type { ProjectOptions } from '../../project.ts';
import { refuse } from '../../refusal.ts';
import type { Terminal } from '../../terminal.ts';

export interface DataDiffOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** Without revisions: the version of the pointer file and the files of now. With one: that version and now. */
export async function diffData(
  words: readonly string[],
  options: DataDiffOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { revisions, paths } = splitWords(words, terminal);
  if (revisions.length > 2) throw refuse('data-diff', `two revisions are compared, got ${revisions.join(' ')}`);
  return withData(options, terminal, async (data) => {
    const found = [];
    for (const target of targetsOf(data, paths, terminal)) {
      const [before, after] = await sidesOf(data, target, revisions);
      const difference = compareVersions(before.version, after.version, path.basename(target));
      found.push({ shown: shownInRoot(data, target), before, after, difference });
    }
    if (options.json) {
      const documents = found.map(({ shown, before, after, difference }) => ({
        path: shown,
        ...{ before: before.digest ?? null, after: after.digest ?? null },
        ...difference,
      }));
      terminal.results.write(`${JSON.stringify(documents, null, 2)}\n`);
      return exitCode.done;
    }
    for (const { shown, before, after, difference } of found) {
      const title = `${shown}: ${before.name} -> ${after.name}`;
      const lines = isSameVersion(difference)
        ? [`${title}: nothing changed`]
        : [`${title}: ${changedText(changeCounts(difference))}`, ...differenceLines(difference)];
      terminal.results.write(`${lines.join('\n')}\n`);
    }
    return exitCode.done;
  });
}

interface Side {
  readonly name: string;
  /** Undefined: files of now that are no version. */
  readonly digest: string | undefined;
  readonly version: ComparedVersion;
}

const NOTHING: ComparedVersion = { entries: [], read: () => undefined };

async function sidesOf(data: DataProject, target: string, revisions: readonly string[]): Promise<[Side, Side]> {
  const [first, second] = revisions;
  const before = first === undefined ? pointerSide(data, target) : await revisionSide(data, target, first);
  return [before, second === undefined ? await nowSide(data, target) : await revisionSide(data, target, second)];
}

function pointerSide(data: DataProject, target: string): Side {
  const read = readPointer(target);
  if (read.kind === 'conflict')
    throw new DataError(
      `the pointer file of ${shownInRoot(data, target)} holds a merge conflict`,
      `Name the two versions: pipeline data diff ${shortVersion(read.ours)} ${shortVersion(read.theirs)}`,
    );
  return read.kind === 'pointer' ? versionSide(data, target, read.pointer) : noSide();
}

async function revisionSide(data: DataProject, target: string, word: string): Promise<Side> {
  const pointer = await resolveVersion(data, target, word);
  return pointer ? versionSide(data, target, pointer) : noSide();
}

const noSide = (): Side => ({ name: 'no version', digest: undefined, version: NOTHING });

function versionSide(data: DataProject, target: string, pointer: DataPointer): Side {
  const version = storedVersion(data.store, pointer);
  if (version === undefined)
    throw new DataError(
      `the store lacks version ${shortVersion(pointer)} of ${shownInRoot(data, target)}`,
      'pipeline pull brings it, if a remote has it.',
    );
  return { name: `version ${shortVersion(pointer)} of ${pointer.added.slice(0, 10)}`, digest: pointer.digest, version };
}

async function nowSide(data: DataProject, target: string): Promise<Side> {
  const present = await presentData(data, target);
  const version = present ? workspaceVersion(target, present.entries) : NOTHING;
  return { name: 'the files of now', digest: present?.content.digest, version };
}
