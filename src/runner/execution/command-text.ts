/**
 * Prepares a command's template for the shell. Each reference becomes a variable, and the values are set beside the
 * text. The shell therefore never reads a value as code: names with spaces, quotes, `$(...)` and line ends are data
 * everywhere in the template.
 */
import type { JobInput } from '../../stage/protocol.ts';
import type { Json } from '../../util/json.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import { quotingOf, type Quoting } from './shell-quoting.ts';
import { field } from '../../util/known.ts';

export interface CommandText {
  readonly text: string;
  /** Values of the references, by the names of their variables. A list is an array of the shell. */
  readonly variables: Readonly<Record<string, string | readonly string[]>>;
  /** Gathered inputs that stand as one word per member: by reference, the words. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

export type CommandValues = Pick<Instance, 'params' | 'axes'> & Pick<Sandbox, 'inputs' | 'outputs'>;

/**
 * Throws an Error with a message for the user if a value cannot stand where its reference stands.
 * @param hasArrays whether the shell has arrays. Then a gathered input is one; else it is as many variables: bash needs
 * a
 *   minute for a loop over 20,000 words, and a moment for one over an array of them.
 */
export function commandText(template: string, values: CommandValues, hasArrays: boolean): CommandText {
  const variables: Record<string, string | readonly string[]> = {};
  const lists: Record<string, readonly string[]> = {};
  const quoting = quotingOf(template);
  let count = 0;
  const name = (value: string | readonly string[]): string => {
    const variable = `PIPELINE_VALUE_${++count}`;
    variables[variable] = value;
    return variable;
  };
  const text = template.replaceAll(/\$\{([^{}]+)\}/g, (_, reference: string, offset: number) => {
    const words = wordsOf(reference.split('.'), values);
    const around = quoting[offset] ?? 'plain';
    if (around === 'verbatim') return verbatim(reference, words);
    if (around === 'plain' && words.length > 1) lists[reference] = words;
    if (hasArrays && words.length > 1) return expansion([`${name(words)}[${around === 'plain' ? '@' : '*'}]`], around);
    return expansion(words.map(name), around);
  });
  return { text, variables, lists };
}

/** A value under the name of a variable, for scripts that a command calls. */
export interface NamedValue {
  /** `PIPELINE_INPUT_TABLE` */
  readonly variable: string;
  /** `inputs.table`, or `seed` for an axis. */
  readonly reference: string;
  /** Lists and objects are JSON, null is empty. */
  readonly text: string;
}

export function namedValues({ inputs, outputs, params, axes }: CommandValues): NamedValue[] {
  const named = (kind: string, prefix: string, members: Readonly<Record<string, Json>>): NamedValue[] =>
    Object.entries(members).map(([key, value]) => ({
      variable: `PIPELINE_${kind}_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
      reference: `${prefix}${key}`,
      text: textOf(value),
    }));
  return [
    ...named('INPUT', 'inputs.', inputs),
    ...named('OUTPUT', 'outputs.', outputs),
    ...named('PARAM', 'params.', params),
    ...named('AXIS', '', axes),
  ];
}

/** Several variables only for a gathered input; bare they are as many words, in quotes one text. */
function expansion(variables: readonly string[], around: Exclude<Quoting, 'verbatim'>): string {
  const bare = variables.map((name) => `\${${name}}`);
  switch (around) {
    case 'plain':
      return bare.map((each) => `"${each}"`).join(' ');
    case 'backquoted':
      return bare.map((each) => `\\"${each}\\"`).join(' ');
    case 'double-quoted':
    case 'here-document':
    case 'arithmetic':
    case 'comment':
      return bare.join(' ');
    case 'single-quoted':
      return `'"${bare.join(' ')}"'`;
    case 'ansi-quoted':
      return `'"${bare.join(' ')}"$'`;
  }
}

/**
 * The shell reads no variable there. The text is data for a program, so that only a line end could do harm: it ends a
 * line.
 */
function verbatim(reference: string, words: readonly string[]): string {
  const text = words.join(' ');
  if (text.includes('\n'))
    throw new Error(
      `\${${reference}} holds a line end and cannot stand in a here-document with a quoted delimiter (<<'EOF'). ` +
        'Write <<EOF, or read the variable in the program.',
    );
  return text;
}

function wordsOf([head = '', ...rest]: readonly string[], { inputs, outputs, params, axes }: CommandValues): string[] {
  switch (head) {
    case 'inputs':
      return inputWords(field(inputs, rest.join('.')));
    case 'outputs':
      return [field(outputs, rest.join('.'))];
    case 'params':
      return [textOf(rest.reduce<Json>((value, step) => field(value as Readonly<Record<string, Json>>, step), params))];
    default:
      return [textOf(field(axes, head))];
  }
}

function inputWords(value: JobInput): string[] {
  if (value === null || typeof value === 'string') return [value ?? ''];
  return value.map(({ path }) => path);
}

function textOf(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
