/** The commands that carry stages out. */
import { Option, type Command } from 'commander';
import { notNegative, positiveInteger, slotOption } from '../arguments.ts';
import type { CancelOptions } from '../commands/cancel.ts';
import type { CheckoutOptions } from '../commands/checkout.ts';
import type { RunOptions } from '../commands/run.ts';
import type { WatchOptions } from '../commands/watch.ts';
import { executorNames } from '../executor-names.ts';
import { progressModes } from '../render/renderer.ts';
import { withPipelineOptions, ALLOW_MISSING, withBoundsOptions, type ChooseAction } from './shared-options.ts';

/** `run`, `cancel`, `checkout` and `watch`, in the order of the help. */
export function runCommands(program: Command, choose: ChooseAction): void {
  for (const add of [addRun, addCancel, addCheckout, addWatch]) add(program, choose);
}

function addRun(program: Command, choose: ChooseAction): void {
  withBoundsOptions(
    withPipelineOptions(
      program.command('run [targets...]'),
      'bring all stages up to date, or the targets and their producers',
    ),
  )
    .option('-f, --force', 'execute the targets even if they are up to date')
    .option('-n, --dry-run', 'print the plan with reasons, and execute nothing')
    .option('-j, --jobs <number>', 'maximum number of instances that run at the same time', positiveInteger)
    .option(
      '--slots <name=amount>',
      'total of a resource, for instance licence=2 or memory=8GiB; repeatable',
      slotOption,
    )
    .option('-k, --keep-going', 'after a failure, finish all instances that do not depend on it')
    .option(...ALLOW_MISSING)
    .option('--pull', 'take results from a remote instead of executing, if it has them')
    .option('--remote <name>', 'with --pull: the remote')
    .addOption(
      new Option('--audit', 'execute up-to-date targets once more and compare: exit code 3 if they differ').conflicts([
        'force',
        'dryRun',
      ]),
    )
    .option('--tolerance <number>', 'with --audit: allowed relative difference of numbers (default: 1e-6)', notNegative)
    .option('--require-gpu', 'refuse to run gpu stages on the processor')
    .addOption(new Option('--executor <name>', 'where stages are executed').choices(executorNames))
    .option('--no-wait', 'slurm: submit everything that is ready, and return')
    .option('--json', 'one event per line on standard output')
    .addOption(new Option('--progress <mode>', 'how to show progress').choices(progressModes))
    .action((targets: string[], options: RunOptions) => {
      const purpose = options.dryRun === true ? 'answer' : 'work';
      choose(async (terminal) => (await import('../commands/run.ts')).run(targets, options, terminal), purpose);
    });
}

function addCancel(program: Command, choose: ChooseAction): void {
  withPipelineOptions(
    program.command('cancel [targets...]'),
    'cancel the jobs of the targets on Slurm, or of all instances; checkpoints are kept',
  )
    .option('--json', 'one JSON document')
    .action((targets: string[], options: CancelOptions) => {
      choose(async (terminal) => (await import('../commands/cancel.ts')).cancel(targets, options, terminal));
    });
}

function addCheckout(program: Command, choose: ChooseAction): void {
  withPipelineOptions(
    program.command('checkout [targets...]'),
    'restore published outputs as the lockfile names them, without executing anything',
  )
    .option('--to <folder>', 'put all outputs into this folder instead')
    .option('-f, --force', 'rename edited files, and put the results in their place')
    .option('--json', 'one JSON document')
    .action((targets: string[], options: CheckoutOptions) => {
      choose(async (terminal) => (await import('../commands/checkout.ts')).checkout(targets, options, terminal));
    });
}

function addWatch(program: Command, choose: ChooseAction): void {
  withPipelineOptions(
    program.command('watch [targets...]'),
    'run, and run again whenever an input, module, pipeline file or settings file changes',
  )
    .option('-j, --jobs <number>', 'maximum number of instances that run at the same time', positiveInteger)
    .option('-k, --keep-going', 'after a failure, finish all instances that do not depend on it')
    .addOption(new Option('--progress <mode>', 'how to show progress').choices(progressModes))
    .action((targets: string[], options: WatchOptions) => {
      choose(async (terminal) => (await import('../commands/watch.ts')).watch(targets, options, terminal), 'work');
    });
}
