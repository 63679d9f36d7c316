/** The commands that carry stages out. */
import { Option, type Command } from 'commander';
import { notNegative, positiveInteger, slotOption } from '../arguments.ts';
import type { CheckoutOptions } from '../commands/checkout.ts';
import type { RunOptions } from '../commands/run.ts';
import type { WatchOptions } from '../commands/watch.ts';
import { progressModes } from '../render/renderer.ts';
import { withPipelineOptions, ALLOW_MISSING, withBoundsOptions, type ChooseAction } from './shared-options.ts';

export function runCommands(program: Command, choose: ChooseAction): void {
  withBoundsOptions(
    withPipelineOptions(
      program.command('run [targets...]'),
      'bring stages up to date; all of them, or the targets and what they need',
    ),
  )
    .option('-f, --force', 'execute the targets even where they are up to date')
    .option('-n, --dry-run', 'say what would be done and why, and do nothing')
    .option('-j, --jobs <number>', 'how many instances run at the same time at most', positiveInteger)
    .option(
      '--slots <name=amount>',
      'how much of a resource is shared out, for instance licence=2 or memory=8GiB; may be repeated',
      slotOption,
    )
    .option('-k, --keep-going', 'after a failure, finish what does not depend on it')
    .option(...ALLOW_MISSING)
    .addOption(
      new Option(
        '--audit',
        'execute what is up to date once more, apart, and compare: exit code 3 where it differs',
      ).conflicts(['force', 'dryRun']),
    )
    .option(
      '--tolerance <number>',
      'with --audit: how far numbers may be apart, in proportion (default: 1e-6)',
      notNegative,
    )
    .option('--require-gpu', 'refuse to run gpu stages on the processor')
    .option('--json', 'one event per line on standard output')
    .addOption(new Option('--progress <mode>', 'how progress is shown').choices(progressModes))
    .action((targets: string[], options: RunOptions) => {
      const purpose = options.dryRun === true ? 'answer' : 'work';
      choose(async (terminal) => (await import('../commands/run.ts')).run(targets, options, terminal), purpose);
    });

  withPipelineOptions(
    program.command('checkout [targets...]'),
    'put published outputs in place as the lockfile names them, without executing anything',
  )
    .option('--to <folder>', 'put all outputs into this folder instead')
    .option('-f, --force', 'rename files that were edited, and put the results in their place')
    .option('--json', 'one JSON document')
    .action((targets: string[], options: CheckoutOptions) => {
      choose(async (terminal) => (await import('../commands/checkout.ts')).checkout(targets, options, terminal));
    });

  withPipelineOptions(
    program.command('watch [targets...]'),
    'run, and run again whenever an input, module, pipeline file or settings file changes',
  )
    .option('-j, --jobs <number>', 'how many instances run at the same time at most', positiveInteger)
    .option('-k, --keep-going', 'after a failure, finish what does not depend on it')
    .addOption(new Option('--progress <mode>', 'how progress is shown').choices(progressModes))
    .action((targets: string[], options: WatchOptions) => {
      choose(async (terminal) => (await import('../commands/watch.ts')).watch(targets, options, terminal), 'work');
    });
}
