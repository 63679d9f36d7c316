/** `pipeline push [TARGETS]`: stores results and versions of data on a remote. */
import { lockFileOf } from '../../runner/config/lock-file.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import { registerLockfile } from '../../runner/maintenance/store-lockfiles.ts';
import { pushProject, type ProjectPushSummary } from '../../runner/remote/push-project.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile, transferLine } from '../maintenance.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';
import { chooseRemote, withChosenRemote } from '../remote/choose-remote.ts';
import { versionsOfProject } from '../remote/versions-of-project.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';

export interface PushOptions extends ProjectOptions {
  readonly remote?: string;
  /** False with `--no-data`. */
  readonly data?: boolean;
  readonly json?: boolean;
}

/** With targets, only their results and those before them; without, versions of data too. */
export async function push(targets: readonly string[], options: PushOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const chosen = chooseRemote(project, options.remote);
  const { selected } = selectTargets(project.pipeline, targets);
  const withData = targets.length === 0 && options.data !== false;
  const versions = withData ? (await versionsOfProject(project)).flatMap((each) => each.versions) : [];
  const { store, lock } = openStoreAndLockfile(project);
  const registration = await registerRunner(project.storeFolder);
  const line = transferLine('Pushing', terminal.messages);
  try {
    await registerLockfile(project.storeFolder, lockFileOf(project.pipeline.file));
    const pushed = await withChosenRemote(chosen, project, terminal, true, (remote) =>
      pushProject(remote, {
        ...{
          pipelineName: project.pipeline.name,
          ids: selected.map(({ id }) => id),
          versions,
          lock,
          store,
          registration,
        },
        tell: line.show,
      }),
    );
    line.clear();
    if (options.json) terminal.results.write(`${JSON.stringify(document(chosen.name, pushed), null, 2)}\n`);
    else terminal.results.write(textOf(chosen.name, pushed));
    return pushed.lackingVersions.length > 0 || (targets.length > 0 && pushed.lacking.length > 0)
      ? exitCode.stageFailed
      : exitCode.done;
  } finally {
    line.clear();
    registration.unregister();
  }
}

const document = (remote: string, pushed: ProjectPushSummary): object => ({
  remote,
  ...pushed,
  lackingVersions: pushed.lackingVersions.map(({ digest }) => digest),
});

function textOf(remote: string, pushed: ProjectPushSummary): string {
  const { results, versions, sent, sentBytes, known, lacking, lackingVersions } = pushed;
  const parts = [
    count(results, 'result'),
    ...(versions > 0 ? [count(versions, 'version of data', 'versions of data')] : []),
  ];
  const lines = [
    `Pushed ${parts.join(' and ')} to ${remote}: ${count(sent, 'file')} sent (${bytes(sentBytes)}), ${known} there already.`,
    ...(lacking.length > 0
      ? [
          `Not pushed: ${count(lacking.length, 'result')} that the lockfile names and the store lacks, for instance ${lacking[0] ?? ''}.`,
        ]
      : []),
    ...lackingVersions.map(
      ({ digest }) => `Not pushed: version ${digest.slice(0, 8)} of data, which is not whole in the store.`,
    ),
  ];
  return lines.map((each) => `${each}\n`).join('');
}
