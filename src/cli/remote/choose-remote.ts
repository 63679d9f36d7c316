/** The remote that a command means, opened. */
import { withRemote, type Remote } from '../../runner/remote/open-remote.ts';
import { suggest } from '../../util/suggest.ts';
import type { Project } from '../project.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { localRemotes } from './local-remotes.ts';
import type { NamedRemote, Remotes } from './read-remotes.ts';

export interface ChosenRemote {
  readonly name: string;
  readonly settings: NamedRemote;
}

export function remotesOf({ settings, pipeline }: Project): Remotes {
  return { ...settings.remotes, ...localRemotes(pipeline.root) };
}

/** Throws a Refusal if the name is unknown, or if several could be meant. */
export function chooseRemote(project: Project, name: string | undefined): ChosenRemote {
  const remotes = remotesOf(project);
  const names = Object.keys(remotes);
  const [only, ...others] = names;
  const wanted = name ?? project.settings.remote ?? (others.length === 0 ? only : undefined);
  if (wanted === undefined)
    throw only === undefined
      ? refuse('no-remote', 'this project has no remote', { remedy: 'pipeline remote add NAME URL' })
      : refuse('no-remote', `several remotes could be meant: ${names.join(', ')}`, {
          remedy: `Name one: --remote ${only}. Or set the default: \`remote\` in the settings.`,
        });
  const settings = remotes[wanted];
  if (settings) return { name: wanted, settings };
  const suggestion = suggest(wanted, names);
  throw refuse('no-remote', `there is no remote ${wanted}`, {
    ...(suggestion === undefined ? { remedy: 'pipeline remote list shows all.' } : { suggestion }),
  });
}

/** Opens it, calls `work`, and always closes it. */
export function withChosenRemote<T>(
  { settings }: ChosenRemote,
  { storeFolder }: Pick<Project, 'storeFolder'>,
  terminal: Terminal,
  writes: boolean,
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  const sshCommand = terminal.environment.PIPELINE_SSH_COMMAND;
  const tell = (sentence: string): void => {
    terminal.messages.write(`${sentence}\n`);
  };
  const mayAsk = terminal.messages.isTerminal && process.stdin.isTTY;
  return withRemote(settings, { base: settings.base, mayAsk, sshCommand, tell, storeFolder, writes }, work);
}
