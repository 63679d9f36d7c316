/** `pipeline gc --remote [NAME]`: tells what no push names on a remote, and deletes it in two steps on request. */
import { sweepRemote, type RemoteSweep } from '../../runner/remote/sweep-remote.ts';
import type { GcOptions } from '../gc-options.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openProject } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { chooseRemote, withChosenRemote } from './choose-remote.ts';

export async function gcOfRemote(
  { remote, delete: deletes = false, keepPushes, json, ...options }: GcOptions & { readonly remote: string | true },
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const chosen = chooseRemote(project, remote === true ? undefined : remote);
  const swept = await withChosenRemote(chosen, project, terminal, deletes, (opened) =>
    sweepRemote(opened, { keepPushes, delete: deletes }),
  );
  if (json) terminal.results.write(`${JSON.stringify({ remote: chosen.name, ...swept }, null, 2)}\n`);
  else terminal.results.write(textOf(chosen.name, swept));
  return exitCode.done;
}

function textOf(remote: string, sweep: RemoteSweep): string {
  const { pushes, projects, packs, unnamed, unnamedBytes, due, dueBytes, deleted, leftovers } = sweep;
  const lines = [
    `${remote}: ${count(packs, 'pack')}, named by ${count(pushes, 'push', 'pushes')} of ${count(projects, 'project')}.`,
    unnamed === 0
      ? 'Everything on it is named: nothing to delete.'
      : `Named by no push: ${count(unnamed, 'pack')} (${bytes(unnamedBytes)}); ${due} of them (${bytes(dueBytes)}) marked a day ago or earlier.`,
    ...(leftovers > 0 ? [`Leftovers of killed pushes: ${leftovers}.`] : []),
    ...(deleted
      ? [`Deleted: ${count(due, 'pack')} (${bytes(dueBytes)}). The others are marked, and can be deleted in a day.`]
      : unnamed + leftovers > 0
        ? ['To mark them, and to delete those marked a day ago: pipeline gc --remote --delete']
        : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
