/** `pipeline export FILE [targets]`: results in one file, for a machine that cannot be reached otherwise. */
import path from 'node:path';
import { archiveContentsOf } from '../../runner/archive/contents.ts';
import { writeArchive } from '../../runner/archive/export.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile, transferLine } from '../maintenance.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';

export interface ExportOptions extends ProjectOptions {
  readonly json?: boolean;
}

/** Without targets, the results of all instances. */
export async function exportResults(
  file: string,
  targets: readonly string[],
  options: ExportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const { store, lock } = openStoreAndLockfile(project);
  const registration = await registerRunner(project.storeFolder, { optional: true });
  const line = transferLine('Exporting', terminal.messages);
  try {
    const ids = selectTargets(project.pipeline, targets).selected.map(({ id }) => id);
    const contents = await archiveContentsOf(ids, lock, store);
    await registration.relyOn([
      ...contents.records.map(({ fingerprint }) => fingerprint),
      ...contents.blobs.map(({ digest }) => digest),
    ]);
    const place = path.resolve(terminal.folder, file);
    const done = await writeArchive(place, project.pipeline.name, contents, store, line.show);
    line.clear();
    if (options.json) terminal.results.write(`${JSON.stringify({ file: place, ...done }, null, 2)}\n`);
    else
      terminal.results.write(
        `Exported ${count(done.results, 'result')} (${count(done.files, 'file')}, ${bytes(done.bytes)}) to ${project.show(place)}, ${bytes(done.archiveBytes)}.\n`,
      );
    return exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}
