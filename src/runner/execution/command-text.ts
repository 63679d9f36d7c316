/**
 * Prepares a command's template for `sh -c`. Each reference becomes a variable, and the values are passed in the
 * environment. The shell therefore never reads a value as code: names with spaces, quotes, `$(...)` and line ends are
 * data everywhere in the template.
 */
import type { JobInput } from '../../stage/protocol.ts';
import type { Json } from '../../util/json.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import { quotingOf, type Quoting } from './shell-quoting.ts';

export interface CommandText {
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
}

export type CommandValues = Pick<Instance, 'params' | 'axes'> & Pick<Sandbox, 'inputs' | 'outputs'>;

export function commandText(template: string, values: CommandValues): CommandText {
  const variables: Record<string, string> = {};
  const around = quotingOf(template);
  const text = template.replaceAll(/\$\{([^{}]+)\}/g, (_, reference: string, offset: number) => {
    const words = wordsOf(reference.split('.'), values).map((word) => {
      const variable = `PIPELINE_VALUE_${Object.keys(variables).length + 1}`;
      variables[variable] = word;
      return variable;
    });
    return expansion(words, around[offset]!);
  });
  return { text, variables };
}

/** The same values under names, for scripts that a command calls. Lists and objects are JSON, null is empty. */
export function commandVariables({ inputs, outputs, params, axes }: CommandValues): Record<string, string> {
  const named = (kind: string, members: Readonly<Record<string, Json>>): [string, string][] =>
    Object.entries(members).map(([key, value]) => [
      `PIPELINE_${kind}_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
      textOf(value),
    ]);
  return Object.fromEntries([
    ...named('INPUT', inputs),
    ...named('OUTPUT', outputs),
    ...named('PARAM', params),
    ...named('AXIS', axes),
  ]);
}

/** Several variables only for a gathered input; bare they are as many words, in quotes one text. */
function expansion(variables: readonly string[], around: Quoting): string {
  const bare = variables.map((name) => `\${${name}}`);
  switch (around) {
    case 'plain':
      return bare.map((each) => `"${each}"`).join(' ');
    case 'double-quoted':
    case 'arithmetic':
      return bare.join(' ');
    case 'single-quoted':
      return `'"${bare.join(' ')}"'`;
  }
}

function wordsOf([head = '', ...rest]: readonly string[], { inputs, outputs, params, axes }: CommandValues): string[] {
  switch (head) {
    case 'inputs':
      return inputWords(inputs[rest.join('.')]!);
    case 'outputs':
      return [outputs[rest.join('.')]!];
    case 'params':
      return [textOf(rest.reduce<Json>((value, step) => (value as Readonly<Record<string, Json>>)[step]!, params))];
    default:
      return [textOf(axes[head]!)];
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
