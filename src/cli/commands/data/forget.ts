/** `pipeline data forget PATH VERSION`: the store forgets a version, and `gc` may delete its files. */
import { DataError } from '../../../runner/data-versions/data-error.ts';
import { shownInRoot } from '../../../runner/data-versions/data-project.ts';
import { readPointer } from '../../../runner/data-versions/pointer.ts';
import { forgetVersion, notedVersions } from '../../../runner/data-versions/version-notes.ts';
import { targetNamed, withData } from '../../data/open-data.ts';
import { versionText } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import type { ProjectOptions } from '../../project.ts';
import type { Terminal } from '../../terminal.ts';

export interface ForgetOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** The version of the pointer file cannot be forgotten. Nothing is deleted here. */
export async function forgetData(
  place: string,
  version: string,
  options: ForgetOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withData(options, terminal, (data) => {
    const target = targetNamed(place, terminal.folder);
    const shown = shownInRoot(data, target);
    const found = /^[0-9a-f]{4,64}$/.test(version)
      ? notedVersions(data.storeFolder, target).filter(({ digest }) => digest.startsWith(version))
      : [];
    const [note, ...others] = found;
    if (note === undefined || others.length > 0)
      throw new DataError(
        `${version} names ${note === undefined ? 'no version' : `${found.length} versions`} of ${shown}`,
        'pipeline data list shows the versions.',
      );
    const read = readPointer(target);
    if (read.kind === 'pointer' && read.pointer.digest === note.digest)
      throw new DataError(
        `${shown} is at version ${version} now, which cannot be forgotten`,
        'Check out another one first.',
      );
    forgetVersion(data.storeFolder, note);
    if (options.json) terminal.results.write(`${JSON.stringify({ path: shown, version: note.digest }, null, 2)}\n`);
    else
      terminal.results.write(
        `${shown}: version ${versionText(note)} is forgotten. pipeline gc lists its files unless a commit names them.\n`,
      );
    return Promise.resolve(exitCode.done);
  });
}
