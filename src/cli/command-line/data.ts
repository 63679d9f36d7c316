/** The commands about versions of source data. */
import type { Command } from 'commander';
import type { AddDataOptions } from '../commands/data/add.ts';
import type { CheckoutDataOptions } from '../commands/data/checkout.ts';
import type { DataDiffOptions } from '../commands/data/diff.ts';
import type { ForgetOptions } from '../commands/data/forget.ts';
import type { ImportDvcOptions } from '../commands/data/import-dvc.ts';
import type { DataListOptions } from '../commands/data/list.ts';
import type { DataStatusOptions } from '../commands/data/status.ts';
import { exitCode } from '../exit-code.ts';
import type { ChooseAction } from './shared-options.ts';

export function dataCommands(program: Command, choose: ChooseAction): void {
  const data = program.command('data').description('versions of source data: folders and files beside the pipeline');
  const command = (name: string, description: string): Command =>
    data
      .command(name)
      .description(description)
      .option('--pipeline <file>', 'the pipeline file (default: the nearest pipeline.json, from here upwards)')
      .option('--json', 'one JSON document');

  command('add <paths...>', 'keep the content of folders or files as a version, and write pointer files for git')
    .option('--link', 'hard links instead of copies: an edit in place then damages the version')
    .action((paths: string[], options: AddDataOptions) => {
      choose(async (terminal) => (await import('../commands/data/add.ts')).addData(paths, options, terminal), 'work');
    });

  command('status [paths...]', 'compare data with the versions of their pointer files')
    .option('--check', `exit with ${exitCode.gateFailed} if anything differs`)
    .action((paths: string[], options: DataStatusOptions) => {
      choose(async (terminal) => (await import('../commands/data/status.ts')).statusOfData(paths, options, terminal));
    });

  command('diff [words...]', 'list changed images, labels and files: [revision] [revision] [paths...]').action(
    (words: string[], options: DataDiffOptions) => {
      choose(async (terminal) => (await import('../commands/data/diff.ts')).diffData(words, options, terminal));
    },
  );

  command('checkout [words...]', 'bring a version back into its folder: [revision] [paths...]')
    .option('-f, --force', 'keep files that no version holds as a version of their own first, then replace them')
    .option('--partial', 'restore the files that are in the store, and name the others')
    .action((words: string[], options: CheckoutDataOptions) => {
      choose(
        async (terminal) => (await import('../commands/data/checkout.ts')).checkoutData(words, options, terminal),
        'work',
      );
    });

  command('list [paths...]', 'list the versions').action((paths: string[], options: DataListOptions) => {
    choose(async (terminal) => (await import('../commands/data/list.ts')).listData(paths, options, terminal));
  });

  command('forget <path> <version>', 'forget a version, so that gc may delete its files').action(
    (place: string, version: string, options: ForgetOptions) => {
      choose(async (terminal) =>
        (await import('../commands/data/forget.ts')).forgetData(place, version, options, terminal),
      );
    },
  );

  command('import <files...>', 'take over versions from DVC: *.dvc files and the cache of their project').action(
    (files: string[], options: ImportDvcOptions) => {
      choose(
        async (terminal) => (await import('../commands/data/import-dvc.ts')).importFromDvc(files, options, terminal),
        'work',
      );
    },
  );
}
