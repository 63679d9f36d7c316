/** `pipeline import FILE`: takes over the results of an archive that `export` made. */
import path from 'node:path';
import { importArchive, type ImportSummary } from '../../runner/archive/import.ts';
import { lockFileOf } from '../../runner/config/lock-file.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import { registerLockfile } from '../../runner/maintenance/store-lockfiles.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile, transferLine } from '../maintenance.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { openProject, type ProjectOptions } from '../project.ts';
import { at } from '../../util/known.ts';

export interface ImportOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function importResults(file: string, options: ImportOptions, terminal: Terminal): Promise<ExitCode> {
  const { pipeline, storeFolder, ...project } = await openProject(options, terminal);
  const { store, lock } = openStoreAndLockfile({ pipeline, storeFolder, ...project });
  const registration = await registerRunner(storeFolder);
  const line = transferLine('Importing', terminal.messages);
  try {
    const done = await importArchive(path.resolve(terminal.folder, file), {
      pipeline,
      store,
      storeFolder,
      lock,
      registration,
      tell: line.show,
    });
    await registerLockfile(storeFolder, lockFileOf(pipeline.file));
    line.clear();
    if (options.json) terminal.results.write(`${JSON.stringify(done, null, 2)}\n`);
    else terminal.results.write(textOf(done));
    return exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}

function textOf({ from, added, known, foreign, bytes: size }: ImportSummary): string {
  const lines = [
    `Imported ${count(added.length, 'result')} of "${from}" (${bytes(size)} ` +
      `new)${known.length > 0 ? `; ${known.length} ${known.length === 1 ? 'was' : 'were'} here already` : ''}.`,
    ...(foreign.length > 0
      ? [
          `Left out: ${count(foreign.length, 'result')} of instances that this pipeline does not have, for ` +
            `instance ${at(foreign, 0)}.`,
        ]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
