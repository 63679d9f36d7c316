/** `pipeline data status [PATHS]`: compares data with the versions of their pointer files. */
import { dataStatus, type DataStatus } from '../../../runner/data-versions/status.ts';
import { shownInRoot } from '../../../runner/data-versions/data-project.ts';
import { differenceLines } from '../../data/difference-text.ts';
import { targetsOf, withData } from '../../data/open-data.ts';
import { versionText } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import type { ProjectOptions } from '../../project.ts';
import type { Terminal } from '../../terminal.ts';

export interface DataStatusOptions extends ProjectOptions {
  readonly check?: boolean;
  readonly json?: boolean;
}

export async function statusOfData(
  paths: readonly string[],
  options: DataStatusOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withData(options, terminal, async (data) => {
    const found: { readonly shown: string; readonly status: DataStatus }[] = [];
    for (const target of targetsOf(data, paths, terminal))
      found.push({ shown: shownInRoot(data, target), status: await dataStatus(data, target) });
    if (options.json) terminal.results.write(`${JSON.stringify(found.map(document), null, 2)}\n`);
    else if (found.length === 0) terminal.results.write('No data has versions here: pipeline data add FOLDER.\n');
    else for (const each of found) terminal.results.write(`${linesOf(each).join('\n')}\n`);
    const differs = found.some(({ status }) => status.kind !== 'same');
    return options.check && differs ? exitCode.gateFailed : exitCode.done;
  });
}

function linesOf({ shown, status }: { readonly shown: string; readonly status: DataStatus }): string[] {
  switch (status.kind) {
    case 'same':
      return [`${shown}: version ${versionText(status.pointer)}`];
    case 'changed':
      return [
        `${shown}: changed since version ${versionText(status.pointer)}`,
        ...(status.difference
          ? differenceLines(status.difference)
          : ['  the store lacks that version, so the files are not named; pipeline pull brings it']),
        `  keep the changes: pipeline data add ${shown}`,
      ];
    case 'absent':
      return [
        `${shown}: not here; its pointer file names version ${versionText(status.pointer)}`,
        `  get it: ${status.inStore ? '' : 'pipeline pull, then '}pipeline data checkout ${shown}`,
      ];
    case 'conflict':
      return [
        `${shown}: its pointer file holds a merge conflict`,
        `  ours:   version ${versionText(status.ours)}`,
        `  theirs: version ${versionText(status.theirs)}`,
        `  choose one: pipeline data checkout VERSION ${shown}; or keep the files of now: pipeline data add ${shown}`,
      ];
    case 'not-added':
      return [`${shown}: has no version yet: pipeline data add ${shown}`];
  }
}

function document({ shown, status }: { readonly shown: string; readonly status: DataStatus }): object {
  switch (status.kind) {
    case 'changed':
      return { path: shown, state: 'changed', version: status.pointer.digest, ...status.difference };
    case 'conflict':
      return { path: shown, state: 'conflict', ours: status.ours.digest, theirs: status.theirs.digest };
    case 'not-added':
      return { path: shown, state: 'not-added' };
    case 'same':
    case 'absent':
      return { path: shown, state: status.kind, version: status.pointer.digest };
  }
}
