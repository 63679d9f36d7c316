/** `pipeline data import FILES`: takes over versions that a group has in DVC. */
import path from 'node:path';
import { shownInRoot, type DataProject } from '../../../runner/data-versions/data-project.ts';
import { importDvc, type DvcImport, type ImportedVersion } from '../../../runner/data-versions/import-dvc.ts';
import { registerRunner } from '../../../runner/maintenance/runner-registration.ts';
import { shownName } from '../../data/difference-text.ts';
import { withData } from '../../data/open-data.ts';
import { versionText } from '../../data/version-text.ts';
import { exitCode, type ExitCode } from '../../exit-code.ts';
import type { ProjectOptions } from '../../project.ts';
import type { Terminal } from '../../terminal.ts';

export interface ImportDvcOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** The versions that could not be read are named, and make the command fail. */
export async function importFromDvc(
  files: readonly string[],
  options: ImportDvcOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withData(options, terminal, async (data) => {
    const registration = await registerRunner(data.storeFolder);
    try {
      const imports: DvcImport[] = [];
      for (const file of files)
        imports.push(await importDvc(data, path.resolve(terminal.folder, file), new Date().toISOString()));
      if (options.json) terminal.results.write(`${JSON.stringify(imports, null, 2)}\n`);
      else for (const each of imports) terminal.results.write(`${linesOf(data, each).join('\n')}\n`);
      const isWhole = imports.every(({ versions }) => versions.every(({ result }) => result.kind === 'imported'));
      return isWhole ? exitCode.done : exitCode.stageFailed;
    } finally {
      registration.unregister();
    }
  });
}

function linesOf(data: DataProject, { target, versions, written }: DvcImport): string[] {
  const shown = shownInRoot(data, target);
  const [now] = versions;
  return [
    ...versions.map((version) => `${shown}: ${versionLine(version)}`),
    written
      ? `${shown}: the pointer file names version ${versionText(written)}`
      : now?.result.kind === 'imported'
        ? `${shown}: its pointer file stays as it is`
        : `${shown}: no pointer file was written, because the version of now is not whole`,
  ];
}

function versionLine({ date, commit, result }: ImportedVersion): string {
  const source = `${commit === undefined ? 'the version of now' : `commit ${commit.slice(0, 8)}`} of ${date.slice(0, 10)}`;
  switch (result.kind) {
    case 'imported':
      return `imported ${versionText(result.pointer)} from ${source}`;
    case 'incomplete':
      return `${source} is not whole in the cache of DVC: ${result.missing.length} of ${result.of} files are missing or damaged, for instance ${shownName(result.missing[0] ?? '')}`;
    case 'unreadable':
      return `${source} cannot be read: ${result.finding}`;
  }
}
