/** The possible last words of an unfinished command line. */
import type { Argument, Command, Option } from 'commander';

/** Targets that could be meant; the grammar of the command line does not know them. */
export type CompletionSource = (prefix: string) => Promise<readonly string[]>;

/**
 * All completions of the last word; none for a file or a free text, which the shell completes itself.
 * @param words the words after the program's name; the last one may be empty
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  lookup: CompletionSource,
): Promise<readonly string[]> {
  const prefix = words.at(-1) ?? '';
  const { command, operands, open } = read(program, words.slice(0, -1));
  const fits = (all: readonly string[]) => all.filter((word) => word.startsWith(prefix));
  if (open !== undefined) return fits(open.argChoices ?? (open.flags.includes('<target>') ? await lookup(prefix) : []));
  const help = program.createHelp();
  if (prefix.startsWith('-'))
    return fits(
      unique([command, program].flatMap((each) => help.visibleOptions(each).flatMap(({ long }) => long ?? []))),
    );
  const subcommands = help.visibleCommands(command).map((each) => each.name());
  if (subcommands.length > 0 && operands === 0) return fits(subcommands);
  return fits(await operandsOf(command.registeredArguments, operands, prefix, lookup));
}

interface Position {
  /** The command that the next word belongs to. */
  readonly command: Command;
  /** The number of operands so far. */
  readonly operands: number;
  /** An option that still lacks its value. */
  readonly open?: Option;
}

function read(program: Command, words: readonly string[]): Position {
  let position: Position = { command: program, operands: 0 };
  for (const word of words) {
    const { command, operands, open } = position;
    if (open !== undefined) position = { command, operands };
    else if (word.startsWith('-')) {
      const option = [...command.options, ...program.options].find(
        ({ long, short }) => word === long || word === short,
      );
      position = { command, operands, ...(option?.required === true ? { open: option } : {}) };
    } else {
      const inner = command.commands.find((each) => each.name() === word);
      position = inner === undefined ? { command, operands: operands + 1 } : { command: inner, operands: 0 };
    }
  }
  return position;
}

async function operandsOf(
  expected: readonly Argument[],
  given: number,
  prefix: string,
  lookup: CompletionSource,
): Promise<readonly string[]> {
  const last = expected.at(-1);
  const argument = expected[given] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return [];
  return argument.argChoices ?? (/^(targets?|instance)$/.test(argument.name()) ? lookup(prefix) : []);
}

const unique = (words: readonly string[]): string[] => [...new Set(words)];
