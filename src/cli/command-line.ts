/**
 * argv -> command -> exit code. A command loads its modules when it is called, so that every other command starts at
 * once.
 */
import { Command, CommanderError } from 'commander';
import type { Action, ChooseAction } from './command-line/shared-options.ts';
import { queryCommands } from './command-line/queries.ts';
import { maintenanceCommands } from './command-line/maintenance.ts';
import { runCommands } from './command-line/run.ts';
import { setupCommands } from './command-line/setup.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

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
  if (chosen === undefined)
    throw new Error('Internal error: commander parsed a command line without choosing a command.');
  return guarded(chosen, terminal, words.includes('--json'));
}

async function guarded(action: Action, terminal: Terminal, json: boolean): Promise<ExitCode> {
  try {
    return await action(terminal);
  } catch (error) {
    const [{ refusalOf }, { writeDiagnostics }] = await Promise.all([
      import('./refusal-of.ts'),
      import('./diagnostics.ts'),
    ]);
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    writeDiagnostics(refusal.diagnostics, terminal, json);
    return refusal.exit;
  }
}

function createProgram(choose: ChooseAction): Command {
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

  runCommands(program, choose);
  queryCommands(program, choose);
  maintenanceCommands(program, choose);
  setupCommands(program, choose);
  return program;
}
