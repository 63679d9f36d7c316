/** `pipeline data list [PATHS]`: the versions, the newest first. */
import { shownInRoot } from '../../../runner/data-versions/data-project.ts';
import { listVersions, type ListedVersion } from '../../../runner/data-versions/list.ts';
import { targetsOf, withData } from '../../data/open-data.ts';
import { shortVersion } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import type { ProjectOptions } from '../../project.ts';
import type { Terminal } from '../../terminal.ts';
import { bytes } from '../../text/bytes.ts';
import { table } from '../../text/table.ts';

export interface DataListOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function listData(
  paths: readonly string[],
  options: DataListOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withData(options, terminal, async (data) => {
    const rows: { readonly path: string; readonly version: ListedVersion }[] = [];
    for (const target of targetsOf(data, paths, terminal))
      for (const version of await listVersions(data, target)) rows.push({ path: shownInRoot(data, target), version });
    if (options.json) {
      const documents = rows.map(({ path, version: { pointer, current, inStore, commit } }) => ({
        ...{ path, version: pointer.digest, added: pointer.added, files: pointer.files, bytes: pointer.bytes },
        ...{ current, inStore, commit: commit?.hash ?? null },
      }));
      terminal.results.write(`${JSON.stringify(documents, null, 2)}\n`);
      return exitCode.done;
    }
    if (rows.length === 0) {
      terminal.results.write('No data has versions here: pipeline data add FOLDER.\n');
      return exitCode.done;
    }
    const layout = [
      ...['data', 'version', 'added'].map((title) => ({ title })),
      ...['files', 'size'].map((title) => ({ title, align: 'right' as const })),
      { title: '' },
      { title: 'commit', fold: true },
    ];
    const cells = rows.map(({ path, version }) => cellsOf(path, version).map((text) => ({ text })));
    terminal.results.write(
      `${table(layout, cells, terminal.results.columns(), terminal.results.colors.dim).join('\n')}\n`,
    );
    return exitCode.done;
  });
}

function cellsOf(path: string, { pointer, current, inStore, commit }: ListedVersion): string[] {
  return [
    path,
    shortVersion(pointer),
    pointer.added.slice(0, 10),
    String(pointer.files),
    bytes(pointer.bytes),
    [...(current ? ['current'] : []), ...(inStore ? [] : ['not in the store'])].join(', '),
    commit === undefined ? '' : `${commit.hash.slice(0, 8)} ${commit.subject}`,
  ];
}
