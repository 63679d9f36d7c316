/**
 * argv -> command -> exit code. A command loads its modules when it is called, so that every other command starts at
 * once.
 */
import { Command, CommanderError } from 'commander';
import type { Action, ChooseAction, Purpose } from './command-line/shared-options.ts';
import { dataCommands } from './command-line/data.ts';
import { queryCommands } from './command-line/queries.ts';
import { maintenanceCommands } from './command-line/maintenance.ts';
import { remoteCommands } from './command-line/remotes.ts';
import { runCommands } from './command-line/run.ts';
import { setupCommands } from './command-line/setup.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { storageFailure } from '../runner/storage-failure.ts';
import type { SystemError } from '../util/system-error.ts';
import type { Output } from './output.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs one command line, writes its answer, and returns the exit code. A bug throws. */
export async function runCommandLine(words: readonly string[], results: Output, messages: Output): Promise<ExitCode> {
  let chosen: Chosen | undefined;
  const program = createProgram((action, purpose = 'answer') => {
    chosen = { action, purpose };
  });
  configureOutput(program, results, messages);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const code = error.exitCode === 0 ? exitCode.done : exitCode.wrongUsage;
    const fault = results.fault();
    return fault === undefined ? code : tellLostOutput(fault, code, 'answer', messages);
  }
  const terminal = processTerminal(program.opts<{ color?: boolean }>().color, results, messages);
  if (chosen === undefined)
    throw new Error('Internal error: commander parsed a command line without choosing a command.');
  const code = await guarded(chosen.action, terminal, words.includes('--json'));
  const fault = results.fault();
  return fault === undefined ? code : tellLostOutput(fault, code, chosen.purpose, messages);
}

interface Chosen {
  readonly action: Action;
  readonly purpose: Purpose;
}

/** Help and faults of usage go the way of everything else: a full disk gives no stack trace. */
function configureOutput(command: Command, results: Output, messages: Output): void {
  command.configureOutput({
    writeOut: (text) => {
      results.write(text);
    },
    writeErr: (text) => {
      messages.write(text);
    },
  });
  for (const child of command.commands) configureOutput(child, results, messages);
}

/** The exit code of work is that of the work. An answer that is not whole is no answer. */
async function tellLostOutput(
  fault: SystemError,
  code: ExitCode,
  purpose: Purpose,
  messages: Output,
): Promise<ExitCode> {
  const { describeStorageFailure } = await import('./storage-failure-text.ts');
  const { message } = describeStorageFailure(storageFailure(fault), 'standard output');
  messages.write(`error: ${message}. Not everything that this command said is there.\n`);
  return purpose === 'answer' && code === exitCode.done ? exitCode.storeDamaged : code;
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
    .option('--color', 'color the output, independent of terminal and environment')
    .option('--no-color', 'never color the output')
    .exitOverride()
    .showHelpAfterError('(pipeline --help lists commands and options)')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command');
  program.setOptionValue('color', undefined); // commander's default would be true

  runCommands(program, choose);
  queryCommands(program, choose);
  maintenanceCommands(program, choose);
  dataCommands(program, choose);
  remoteCommands(program, choose);
  setupCommands(program, choose);
  return program;
}
