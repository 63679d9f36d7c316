/** `pipeline remote add NAME URL`, `pipeline remote remove NAME`, `pipeline remote list`. */
import path from 'node:path';
import { faultOfEndpoint, parseRemoteUrl } from '../../runner/remote/remote-url.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openProject, type ProjectOptions } from '../project.ts';
import { refuse } from '../refusal.ts';
import { remotesOf } from '../remote/choose-remote.ts';
import { editRemote } from '../remote/edit-settings.ts';
import { localRemotes } from '../remote/local-remotes.ts';
import { isRemoteName } from '../remote/read-remotes.ts';
import type { Terminal } from '../terminal.ts';
import { table } from '../text/table.ts';

export interface RemoteAddOptions extends ProjectOptions {
  readonly local?: boolean;
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly readOnly?: boolean;
}

/** The address is checked for its form; the first push or pull connects. */
export async function addRemote(
  name: string,
  url: string,
  options: RemoteAddOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { local = false, endpoint, region, profile, readOnly } = options;
  const { pipeline, show } = await openProject(options, terminal);
  if (!isRemoteName(name))
    throw refuse('remote-name', `a name has letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`);
  const address = parseRemoteUrl(url, terminal.folder);
  if (typeof address === 'string') throw refuse('remote-url', `${withoutSecret(url)}: ${address}`);
  const fault = endpoint === undefined ? undefined : faultOfEndpoint(endpoint);
  if (endpoint !== undefined && fault !== undefined)
    throw refuse('remote-url', `--endpoint ${withoutSecret(endpoint)}: ${fault}`);
  const more = {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(readOnly === true && { readOnly }),
  };
  // A relative path is written relative to the settings file, which is in the root.
  const written =
    address.kind === 'folder' && !path.isAbsolute(url) && !url.includes('://')
      ? path.relative(pipeline.root, address.folder)
      : url;
  const value = Object.keys(more).length === 0 ? written : { url: written, ...more };
  const file = await editRemote({ root: pipeline.root, local, name, value });
  terminal.results.write(`added ${name} to ${show(file ?? pipeline.root)}\n`);
  return exitCode.done;
}

/** A secret may hold any character, so everything before the last "@" and after "?" or "#" is left out. */
const withoutSecret = (url: string): string =>
  url.replace(/^([a-z\d+.-]+:\/\/)?.*@/i, '$1...@').replace(/([?#]).*$/, '$1...');

export async function removeRemote(name: string, options: RemoteAddOptions, terminal: Terminal): Promise<ExitCode> {
  const { pipeline, show } = await openProject(options, terminal);
  const file = await editRemote({ root: pipeline.root, local: options.local ?? false, name, value: undefined });
  if (file === undefined)
    throw refuse(
      'no-remote',
      `there is no remote ${name} in ${options.local ? 'the local settings' : 'the settings'}`,
      {
        remedy: 'pipeline remote list shows all.',
      },
    );
  terminal.results.write(`removed ${name} from ${show(file)}; nothing was deleted on the remote\n`);
  return exitCode.done;
}

export interface RemoteListOptions extends ProjectOptions {
  readonly json?: boolean;
}

export async function listRemotes(options: RemoteListOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const local = localRemotes(project.pipeline.root);
  const rows = Object.entries(remotesOf(project)).map(([name, settings]) => ({
    ...{ name, ...settings, base: undefined, local: name in local },
  }));
  if (options.json) terminal.results.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length === 0) terminal.results.write('This project has no remote: pipeline remote add NAME URL.\n');
  else {
    const cells = rows.map(({ name, url, local: isLocal, readOnly }) =>
      [name, url, [...(isLocal ? ['local'] : []), ...(readOnly ? ['read-only'] : [])].join(', ')].map((text) => ({
        text,
      })),
    );
    const layout = ['remote', 'URL', ''].map((title) => ({ title }));
    terminal.results.write(
      `${table(layout, cells, terminal.results.columns(), terminal.results.colors.dim).join('\n')}\n`,
    );
  }
  return exitCode.done;
}
