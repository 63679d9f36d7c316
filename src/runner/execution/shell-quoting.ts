/**
 * The quoting of each character in a shell command (POSIX.1-2017, Shell Command Language 2.2 and 2.6). With it,
 * variables are written so that they stay one word. In here-documents and backquotes this reading may be wrong. At
 * worst, a word is split in two or has a quote too many; a variable's value is never read as code.
 */
export type Quoting = 'plain' | 'single-quoted' | 'double-quoted' | 'arithmetic';

/** One for each character of the command. */
export function quotingOf(command: string): readonly Quoting[] {
  const result: Quoting[] = [];
  /** The open quotes, innermost last, and their ends. */
  const open: { readonly kind: Quoting; readonly end: string }[] = [];
  while (result.length < command.length) {
    const { kind: inside = 'plain', end } = open.at(-1) ?? {};
    const step = stepAt(command, result.length, inside, end);
    if (step.opens) open.push(step.opens);
    if (step.closes) open.pop();
    result.push(...new Array<Quoting>(step.length).fill(inside));
  }
  return result;
}

interface Step {
  readonly length: number;
  readonly opens?: { readonly kind: Quoting; readonly end: string };
  readonly closes?: boolean;
}

function stepAt(command: string, i: number, inside: Quoting, end: string | undefined): Step {
  if (end !== undefined && command.startsWith(end, i)) return { length: end.length, closes: true };
  if (inside === 'single-quoted') return { length: 1 };
  const character = command[i]!;
  if (character === '\\') return { length: Math.min(2, command.length - i) };
  if (command.startsWith('$((', i)) return { length: 3, opens: { kind: 'arithmetic', end: '))' } };
  if (command.startsWith('$(', i)) return { length: 2, opens: { kind: 'plain', end: ')' } };
  if (inside === 'double-quoted') return { length: 1 };
  if (character === '(') return { length: 1, opens: { kind: inside, end: ')' } };
  if (inside === 'arithmetic') return { length: 1 };
  if (character === "'") return { length: 1, opens: { kind: 'single-quoted', end: "'" } };
  if (character === '"') return { length: 1, opens: { kind: 'double-quoted', end: '"' } };
  if (character === '#' && (i === 0 || /[\s;&|(]/.test(command[i - 1]!)))
    return { length: command.slice(i).search(/\n|$/) };
  return { length: 1 };
}
