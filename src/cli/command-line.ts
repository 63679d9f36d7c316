/** argv -> command -> exit code. What a command needs is loaded when it is typed, so that every other starts at once. */
import { Command, CommanderError, Option } from 'commander';
import { assignment, positiveInteger } from './arguments.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { GraphOptions } from './commands/graph.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { RunOptions } from './commands/run.ts';
import type { ShowOptions } from './commands/show.ts';
import type { StatusOptions } from './commands/status.ts';
import type { WhyOptions } from './commands/why.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { progressModes } from './render/renderer.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

type Action = (terminal: Terminal) => Promise<ExitCode>;

/** Runs one command line, writes its answer, and returns the exit code. A bug throws. */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  let chosen: Action | undefined;
  const program = createProgram((action) => {
    chosen = action;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.wrongUsage;
    throw error;
  }
  const terminal = processTerminal(program.opts<{ color?: boolean }>().color);
  if (chosen === undefined) throw new Error('Internal error: commander parsed a command line without choosing a command.');
  return guarded(chosen, terminal, words.includes('--json'));
}

async function guarded(action: Action, terminal: Terminal, json: boolean): Promise<ExitCode> {
  try {
    return await action(terminal);
  } catch (error) {
    const [{ refusalOf }, { writeDiagnostics }] = await Promise.all([import('./faults.ts'), import('./diagnostics.ts')]);
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    writeDiagnostics(refusal.diagnostics, terminal, json);
    return refusal.exit;
  }
}

/** @param choose receives what the typed command does; it is carried out after parsing, when `--color` is known. */
function createProgram(choose: (action: Action) => void): Command {
  const program = new Command('pipeline')
    .description('Runs the stages of a pipeline file, and only those whose code, parameters or inputs changed.')
    .version(version, '-V, --version')
    .option('--color', 'colour the output, whatever the terminal and the environment say')
    .option('--no-color', 'never colour the output')
    .exitOverride()
    .showHelpAfterError('(pipeline --help lists commands and options)')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command');
  program.setOptionValue('color', undefined); // commander's default would be true

  about(program.command('run [targets...]'), 'bring stages up to date; all of them, or the targets and what they need')
    .option('-f, --force', 'execute the targets even where they are up to date')
    .option('-n, --dry-run', 'say what would be done and why, and do nothing')
    .option('-j, --jobs <number>', 'how many instances run at the same time at most', positiveInteger)
    .option('-k, --keep-going', 'after a failure, finish what does not depend on it')
    .option('--require-gpu', 'refuse to run gpu stages on the processor')
    .option('--json', 'one event per line on standard output')
    .addOption(new Option('--progress <mode>', 'how progress is shown').choices(progressModes))
    .action((targets: string[], options: RunOptions) => {
      choose(async (terminal) => (await import('./commands/run.ts')).run(targets, options, terminal));
    });

  about(program.command('status [targets...]'), 'show what is up to date, what would run, and why')
    .option('--check', `exit with ${exitCode.gateFailed} when anything is not up to date`)
    .option('--json', 'one JSON document')
    .action((targets: string[], options: StatusOptions) => {
      choose(async (terminal) => (await import('./commands/status.ts')).status(targets, options, terminal));
    });

  about(program.command('why <instance>'), 'explain, in values, why instances would run or since when they are up to date')
    .option('--json', 'one JSON document')
    .action((target: string, options: WhyOptions) => {
      choose(async (terminal) => (await import('./commands/why.ts')).why(target, options, terminal));
    });

  about(program.command('graph [targets...]'), 'draw the stages and what they read')
    .addOption(new Option('--format <format>', 'how it is drawn').choices(['text', 'mermaid', 'dot', 'json']).default('text'))
    .option('--instances', 'every instance instead of every stage')
    .action((targets: string[], options: GraphOptions) => {
      choose(async (terminal) => (await import('./commands/graph.ts')).graph(targets, options, terminal));
    });

  about(program.command('logs <instance>'), 'print the log of the last attempt')
    .option('-f, --follow', 'go on printing while the instance runs')
    .action((target: string, options: LogsOptions) => {
      choose(async (terminal) => (await import('./commands/logs.ts')).logs(target, options, terminal));
    });

  about(program.command('show <instance>'), 'show the record of a result: inputs, outputs, parameters, code, provenance')
    .option('--json', 'the record as one JSON document')
    .action((target: string, options: ShowOptions) => {
      choose(async (terminal) => (await import('./commands/show.ts')).show(target, options, terminal));
    });

  about(program.command('doctor'), 'check this machine and this project')
    .option('--json', 'one JSON document')
    .action((options: DoctorOptions) => {
      choose(async (terminal) => (await import('./commands/doctor.ts')).doctor(options, terminal));
    });
  return program;
}

/** The options that every command about a pipeline takes. */
function about(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--pipeline <file>', 'the pipeline file (default: the nearest pipeline.json, from here upwards)')
    .option('--set <name=value>', 'override a value of params; may be repeated', assignment);
}
