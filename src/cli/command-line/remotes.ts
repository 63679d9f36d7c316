/** The commands that exchange results and data with other machines. */
import type { Command } from 'commander';
import type { PullOptions } from '../commands/pull.ts';
import type { PushOptions } from '../commands/push.ts';
import type { RemoteAddOptions, RemoteListOptions } from '../commands/remote.ts';
import { withPipelineOptions, type ChooseAction } from './shared-options.ts';

export function remoteCommands(program: Command, choose: ChooseAction): void {
  const withRemoteOptions = (command: Command, description: string): Command =>
    withPipelineOptions(command, description)
      .option('--remote <name>', 'the remote (default: the only one, or `remote` of the settings)')
      .option('--no-data', 'results only, no versions of data')
      .option('--json', 'one JSON document');

  withRemoteOptions(
    program.command('push [targets...]'),
    'store results and versions of data on a remote; with targets, only their results',
  ).action((targets: string[], options: PushOptions) => {
    choose(async (terminal) => (await import('../commands/push.ts')).push(targets, options, terminal), 'work');
  });

  withRemoteOptions(
    program.command('fetch [targets...]'),
    'bring results and versions of data from a remote into the store',
  )
    .option('-n, --dry-run', 'print the number of files and bytes, and fetch nothing')
    .action((targets: string[], options: PullOptions) => {
      choose(
        async (terminal) => (await import('../commands/pull.ts')).fetchToStore(targets, options, terminal),
        'work',
      );
    });

  withRemoteOptions(program.command('pull [targets...]'), 'fetch, and check out data folders that are not here').action(
    (targets: string[], options: PullOptions) => {
      choose(async (terminal) => (await import('../commands/pull.ts')).pull(targets, options, terminal), 'work');
    },
  );

  const remote = program.command('remote').description('the remotes of this project: shared folders, ssh:// and s3://');
  withPipelineOption(
    remote.command('add <name> <url>'),
    'add a remote: a folder, ssh://host/path or s3://bucket/prefix',
  )
    .option('--local', 'for you alone, in a file that git ignores')
    .option('--endpoint <url>', 's3: address of the server, instead of that of the profile')
    .option('--region <name>', 's3: region, instead of that of the profile')
    .option('--profile <name>', 's3: profile of the AWS configuration')
    .option('--read-only', 'refuse to push')
    .action((name: string, url: string, options: RemoteAddOptions) => {
      choose(async (terminal) => (await import('../commands/remote.ts')).addRemote(name, url, options, terminal));
    });
  withPipelineOption(remote.command('list'), 'list the remotes')
    .option('--json', 'one JSON document')
    .action((options: RemoteListOptions) => {
      choose(async (terminal) => (await import('../commands/remote.ts')).listRemotes(options, terminal));
    });
  withPipelineOption(remote.command('remove <name>'), 'remove a remote from the settings; nothing is deleted there')
    .option('--local', 'from the file that git ignores')
    .action((name: string, options: RemoteAddOptions) => {
      choose(async (terminal) => (await import('../commands/remote.ts')).removeRemote(name, options, terminal));
    });
}

const withPipelineOption = (command: Command, description: string): Command =>
  command
    .description(description)
    .option('--pipeline <file>', 'the pipeline file (default: the nearest pipeline.json, from here upwards)');
