/** The commands that answer questions about stages and results, and change nothing. */
import { Option, type Command } from 'commander';
import type { ModuleCheckOptions } from '../commands/check.ts';
import type { DiffOptions } from '../commands/diff.ts';
import type { GraphOptions } from '../commands/graph.ts';
import type { HistoryOptions } from '../commands/history.ts';
import type { LogsOptions } from '../commands/logs.ts';
import type { ServeOptions } from '../commands/serve.ts';
import type { ShowOptions } from '../commands/show.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { TimelineOptions } from '../commands/timeline.ts';
import type { WhyOptions } from '../commands/why.ts';
import { portNumber, positiveInteger } from '../arguments.ts';
import { exitCode } from '../exit-code.ts';
import { withPipelineOptions, ALLOW_MISSING, withBoundsOptions, type ChooseAction } from './shared-options.ts';

export function queryCommands(program: Command, choose: ChooseAction): void {
  planCommands(program, choose);
  viewCommands(program, choose);
  historyCommands(program, choose);
}

/** The commands about a run that is to come. */
function planCommands(program: Command, choose: ChooseAction): void {
  withBoundsOptions(
    withPipelineOptions(
      program.command('status [targets...]'),
      'list up-to-date instances and those that would run, with reasons',
    ),
  )
    .option(...ALLOW_MISSING)
    .option('--check', `exit with ${exitCode.gateFailed} when anything is not up to date`)
    .option('--json', 'one JSON document')
    .action((targets: string[], options: StatusOptions) => {
      choose(async (terminal) => (await import('../commands/status.ts')).status(targets, options, terminal));
    });

  withPipelineOptions(
    program.command('check [targets...]'),
    'compare the pipeline file with its modules: inputs, parameters and outputs; nothing runs',
  )
    .option('--json', 'one line of JSON')
    .action((targets: string[], options: ModuleCheckOptions) => {
      choose(async (terminal) => (await import('../commands/check.ts')).check(targets, options, terminal));
    });

  withPipelineOptions(
    program.command('why <instance>'),
    'explain in values why instances would run, or since when they are up to date',
  )
    .option('--json', 'one JSON document')
    .action((target: string, options: WhyOptions) => {
      choose(async (terminal) => (await import('../commands/why.ts')).why(target, options, terminal));
    });
}

/** The commands that show stages, and instances while they run. */
function viewCommands(program: Command, choose: ChooseAction): void {
  withPipelineOptions(program.command('graph [targets...]'), 'draw the stages and their inputs')
    .addOption(
      new Option('--format <format>', 'format of the drawing')
        .choices(['text', 'mermaid', 'dot', 'svg', 'json'])
        .default('text'),
    )
    .addOption(new Option('--instances', 'every instance instead of every stage'))
    .addOption(
      new Option('--expanded', 'print the pipeline in the object form, as JSON').conflicts(['instances', 'format']),
    )
    .action((targets: string[], options: GraphOptions) => {
      choose(async (terminal) => (await import('../commands/graph.ts')).graph(targets, options, terminal));
    });

  withPipelineOptions(program.command('logs <instance>'), 'print the log of the last attempt')
    .option('-f, --follow', 'follow the log while the instance runs')
    .action((target: string, options: LogsOptions) => {
      choose(async (terminal) => (await import('../commands/logs.ts')).logs(target, options, terminal));
    });

  withPipelineOptions(
    program.command('serve'),
    'show the runs on a page of this machine, as they go on; Ctrl-C ends it',
  )
    .option('--port <number>', 'port of the page (default: any free one)', portNumber)
    .action((options: ServeOptions) => {
      choose(async (terminal) => (await import('../commands/serve.ts')).serve(options, terminal), 'work');
    });
}

/** The commands about past results. */
function historyCommands(program: Command, choose: ChooseAction): void {
  withPipelineOptions(
    program.command('show <instance>'),
    'show the record of a result: inputs, outputs, parameters, code, provenance',
  )
    .option('--json', 'the record as one JSON document')
    .action((target: string, options: ShowOptions) => {
      choose(async (terminal) => (await import('../commands/show.ts')).show(target, options, terminal));
    });

  withPipelineOptions(
    program.command('history [target]'),
    'list past runs; or the past results of instances with the change that led to each',
  )
    .option('-n, --last <number>', 'no more than the newest so many', positiveInteger, 20)
    .option('--json', 'one JSON document')
    .action((target: string | undefined, options: HistoryOptions) => {
      choose(async (terminal) => (await import('../commands/history.ts')).history(target, options, terminal));
    });

  withPipelineOptions(
    program.command('timeline [run]'),
    'show the executions of the last run, or of one in history, over time',
  )
    .option('-o, --output <file>', 'draw it as an SVG picture into this file; - is standard output')
    .action((run: string | undefined, options: TimelineOptions) => {
      choose(async (terminal) => (await import('../commands/timeline.ts')).timeline(run, options, terminal));
    });

  withPipelineOptions(
    program.command('diff [from] [to]'),
    'compare params and metrics of two git revisions (default: HEAD and the working tree)',
  )
    .addOption(
      new Option('--format <format>', 'format of the output').choices(['text', 'markdown', 'json']).default('text'),
    )
    .action((from: string | undefined, to: string | undefined, options: DiffOptions) => {
      choose(async (terminal) => (await import('../commands/diff.ts')).diff(from, to, options, terminal));
    });
}
