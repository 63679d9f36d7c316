/** `pipeline verify --remote [NAME]`: reads every object of a remote and compares it with its digest. */
import { verifyRemote, type RemoteVerification } from '../../runner/remote/verify-remote.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { transferLine } from '../maintenance.ts';
import { openProject, type ProjectOptions } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { chooseRemote, withChosenRemote } from './choose-remote.ts';

export async function verifyOfRemote(
  remote: string | true,
  { json = false, ...options }: ProjectOptions & { readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const chosen = chooseRemote(project, remote === true ? undefined : remote);
  const line = transferLine('Verifying', terminal.messages);
  try {
    const found = await withChosenRemote(chosen, project, terminal, false, (opened) => verifyRemote(opened, line.show));
    line.clear();
    if (json) terminal.results.write(`${JSON.stringify({ remote: chosen.name, ...found }, null, 2)}\n`);
    else terminal.results.write(textOf(chosen.name, found));
    return found.damaged.length + found.damagedIndex.length > 0 ? exitCode.storeDamaged : exitCode.done;
  } finally {
    line.clear();
  }
}

function textOf(remote: string, { packs, bytes: size, damaged, damagedIndex, lost }: RemoteVerification): string {
  const lines = [
    `${remote}: ${count(packs, 'pack')} (${bytes(size)}), ${damaged.length === 0 ? 'all intact' : `${damaged.length} not intact`}.`,
    ...damaged.slice(0, 10).map(({ pack, state }) => `  ${state}: pack ${pack}`),
    ...damagedIndex.map((name) => `  damaged: ${name}`),
    ...(damaged.length > 0
      ? [
          `${count(lost, 'file')} can be had from nowhere else on it. The next push from a place that has them stores them anew.`,
        ]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
