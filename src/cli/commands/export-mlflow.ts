/** `pipeline export mlflow --to URI [targets]`: results as runs of an MLflow server, or of its database in a file. */
import { lockedRecords } from '../../runner/archive/locked-records.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import { authorizationFrom, MlflowClient } from '../../runner/mlflow/client.ts';
import { exportStudy, type StudyExport, type StudyExportSummary } from '../../runner/mlflow/export-study.ts';
import { withOwnServer } from '../../runner/mlflow/own-server.ts';
import { parseTrackingUri, type TrackingUri } from '../../runner/mlflow/tracking-uri.ts';
import type { OutputChoice } from '../../runner/results/chosen-outputs.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile } from '../maintenance.ts';
import { progressLine } from '../progress-line.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';

export interface ExportMlflowOptions extends ProjectOptions {
  readonly to: string;
  readonly experiment?: string;
  readonly artifacts: OutputChoice;
  readonly json?: boolean;
}

/** Without targets, the results of all instances. */
export async function exportToMlflow(
  targets: readonly string[],
  options: ExportMlflowOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const uri = parseTrackingUri(options.to, terminal.folder);
  if (!uri.ok) throw refuse('wrong-address', `--to: ${uri.error}`);
  const project = await openProject(options, terminal);
  const { store, lock } = openStoreAndLockfile(project);
  const registration = await registerRunner(project.storeFolder, { optional: true });
  const line = progressLine(terminal.messages, Date.now);
  try {
    const { selected } = selectTargets(project.pipeline, targets);
    const ids = selected.map(({ id }) => id);
    const records = await lockedRecords(ids, lock, store);
    await registration.relyOn(records.map(({ fingerprint }) => fingerprint));
    const metricOutputs = selected.map(({ outputs }) =>
      Object.entries(outputs).flatMap(([name, { metrics }]) => (metrics ? [name] : [])),
    );
    const study = project.pipeline.name;
    const done = await send(uri.value, terminal, {
      ...{ experiment: options.experiment ?? study, study, artifacts: options.artifacts, store },
      results: records.map((record, i) => ({ record, metricOutputs: metricOutputs[i] ?? [] })),
      tell: (sent, of) => {
        line.show(() => `Exporting: ${sent} of ${count(of, 'result')}`);
      },
    });
    line.clear();
    write(done, options, terminal);
    return exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}

/** A server that is started here asks nobody who they are. */
function send(uri: TrackingUri, { environment }: Terminal, order: StudyExport): Promise<StudyExportSummary> {
  switch (uri.kind) {
    case 'server': {
      const authorization = authorizationFrom(environment);
      return exportStudy(
        new MlflowClient({ url: uri.url, ...(authorization !== undefined && { authorization }) }),
        order,
      );
    }
    case 'sqlite':
      return withOwnServer(uri.file, (url) => exportStudy(new MlflowClient({ url }), order));
  }
}

function write(done: StudyExportSummary, { to, json }: ExportMlflowOptions, { results, messages }: Terminal): void {
  if (json) results.write(`${JSON.stringify({ to, ...done }, null, 2)}\n`);
  else
    results.write(
      `Sent ${count(done.sent, 'result')} to the experiment ${JSON.stringify(done.experiment)} of ${to}, with ` +
        `${count(done.files, 'artifact')} (${bytes(done.bytes)}); ${done.known} were there already.\n`,
    );
  if (done.artifactsElsewhere !== undefined)
    messages.write(
      `No artifacts were sent: the server keeps them in ${done.artifactsElsewhere}, where only MLflow's own clients ` +
        'write. A server with --artifacts-destination takes them.\n',
    );
}
