/** The options that all commands about a pipeline share. */
import type { Command } from 'commander';
import { assignmentOption, repeatedOption } from '../arguments.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

export type Action = (terminal: Terminal) => Promise<ExitCode>;

/**
 * `work`: the exit code shows the end of the work, even if not all output could be written. `answer` is the default.
 */
export type Purpose = 'answer' | 'work';

/** Receives the action of the typed command; it is carried out after parsing, when `--color` is known. */
export type ChooseAction = (action: Action, purpose?: Purpose) => void;

/** Gives a command its description and the options that select a pipeline. */
export function withPipelineOptions(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--pipeline <file>', 'the pipeline file (default: the nearest pipeline.json, from here upwards)')
    .option('--set <name=value>', 'override a value of params; repeatable', assignmentOption);
}

export const ALLOW_MISSING = [
  '--allow-missing',
  'missing data and results count as unchanged if the lockfile knows them',
] as const;

/** Gives a command the options that cut a part out of the pipeline. */
export function withBoundsOptions(command: Command): Command {
  return command
    .option('--from <target>', 'begin here: only this target and its consumers; repeatable', repeatedOption)
    .option('--until <target>', 'end here: only this target and its producers; repeatable', repeatedOption);
}
