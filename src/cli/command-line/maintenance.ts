/** The commands that maintain the store. */
import { Option, type Command } from 'commander';
import { positiveInteger } from '../arguments.ts';
import type { ExportCrateOptions } from '../commands/export-crate.ts';
import type { ExportMlflowOptions } from '../commands/export-mlflow.ts';
import type { ExportOptions } from '../commands/export.ts';
import type { GcOptions } from '../gc-options.ts';
import type { ImportOptions } from '../commands/import.ts';
import type { VerifyOptions } from '../commands/verify.ts';
import type { OutputChoice } from '../../runner/results/chosen-outputs.ts';
import { exitCode } from '../exit-code.ts';
import { withPipelineOptions, type ChooseAction } from './shared-options.ts';

const FILES: readonly OutputChoice[] = ['none', 'small', 'all'];

function exportCommands(program: Command, choose: ChooseAction): void {
  const archive = withPipelineOptions(
    program.command('export <file> [targets...]'),
    'write results into one archive (.tar, .tar.gz or .tar.zst), with everything that import needs',
  )
    .option('--json', 'one JSON document')
    .action((file: string, targets: string[], options: ExportOptions) => {
      choose(async (terminal) =>
        (await import('../commands/export.ts')).exportResults(file, targets, options, terminal),
      );
    });

  withPipelineOptions(
    archive.command('mlflow [targets...]'),
    'send results to MLflow: params, metrics with all steps, digests and files; what is there already is not sent again',
  )
    .requiredOption('--to <uri>', 'http://HOST:PORT of a server, or sqlite:///FILE (needs the program mlflow)')
    .option('--experiment <name>', 'name of the experiment (default: the name of the pipeline)')
    .addOption(
      new Option('--artifacts <choice>', 'files to send; small: up to 10 MB, and no folders')
        .choices(FILES)
        .default('small'),
    )
    .option('--json', 'one JSON document')
    .action((targets: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportMlflowOptions>(); // `export` takes those that it has too
      choose(
        async (terminal) => (await import('../commands/export-mlflow.ts')).exportToMlflow(targets, options, terminal),
        'work',
      );
    });
  crateCommand(archive, choose);
}

function crateCommand(archive: Command, choose: ChooseAction): void {
  withPipelineOptions(
    archive.command('crate [targets...]'),
    'write results with their provenance into a new folder: an RO-Crate (Provenance Run Crate)',
  )
    .requiredOption('--to <folder>', 'the folder; it is made, or empty')
    .addOption(
      new Option('--files <choice>', 'outputs to copy; small: up to 10 MB, and no folders')
        .choices(FILES)
        .default('small'),
    )
    .option('--license <license>', 'an SPDX identifier, an address or a sentence')
    .option('--private', 'name files and paths by digests')
    .option('--json', 'one JSON document')
    .action((targets: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportCrateOptions>();
      choose(async (terminal) => (await import('../commands/export-crate.ts')).exportCrate(targets, options, terminal));
    });
}

export function maintenanceCommands(program: Command, choose: ChooseAction): void {
  withPipelineOptions(
    program.command('verify [targets...]'),
    `read every stored file and compare it with its digest; exits with ${exitCode.storeDamaged} where any differs`,
  )
    .option('--repair', 'make damaged and missing files again')
    .option('--remote [name]', 'read every object of a remote instead; the next push replaces damaged ones')
    .option('--json', 'one JSON document')
    .action((targets: string[], options: VerifyOptions) => {
      choose(async (terminal) => (await import('../commands/verify.ts')).verify(targets, options, terminal));
    });

  exportCommands(program, choose);

  withPipelineOptions(
    program.command('import <file>'),
    'add the results of an archive to the store, after every byte was verified',
  )
    .option('--json', 'one JSON document')
    .action((file: string, options: ImportOptions) => {
      choose(async (terminal) => (await import('../commands/import.ts')).importResults(file, options, terminal));
    });

  withPipelineOptions(program.command('gc'), 'list unreferenced results in the store; with --delete, delete them')
    .option('--delete', 'delete it')
    .option(
      '--prune',
      'drop instances that the pipeline no longer has from the lockfile, and count their results as unreferenced',
    )
    .option('--remote [name]', 'of a remote: mark what no push names, and delete it a day later')
    .option(
      '--keep-pushes <number>',
      'with --remote: only the newest pushes of each project keep results',
      positiveInteger,
    )
    .option('--keep-runs <number>', 'number of past runs whose results are kept (default: 10)', positiveInteger)
    .option('--json', 'one JSON document')
    .action((options: GcOptions) => {
      choose(async (terminal) => (await import('../commands/gc.ts')).gc(options, terminal));
    });
}
