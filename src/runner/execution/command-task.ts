/** Makes a shell's task from a command: its text, a file that sets variables and options, and the environment. */
import os from 'node:os';
import path from 'node:path';
import { writeScratch } from '../../util/atomic-file.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import { argumentLimits, sizeOf, type ArgumentLimits } from './argument-limits.ts';
import { commandText, namedValues, type CommandText, type CommandValues, type NamedValue } from './command-text.ts';
import { BASE_VARIABLES } from './environment.ts';
import { findShell } from './find-shell.ts';

export interface CommandTask {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** For the user: values that did not fit where they belong. */
  readonly warnings: readonly string[];
}

type CommandBody = Extract<Instance['body'], { kind: 'command' }>;

/**
 * Throws an Error with a message for the user: no such shell, or a value that cannot stand where its reference stands.
 */
export function commandTask(
  { template, shell: name }: CommandBody,
  { env, secrets, params, axes }: Pick<Instance, 'env' | 'secrets' | 'params' | 'axes'>,
  { inputs, outputs, folder }: Pick<Sandbox, 'inputs' | 'outputs' | 'folder'>,
  limits: ArgumentLimits = argumentLimits(),
): CommandTask {
  const shell = findShell(name);
  if (shell === undefined) throw new Error(`there is no shell ${name ?? 'sh'} on this machine`);
  const values: CommandValues = { params, axes, inputs, outputs };
  const prepared = commandText(template, values, shell.hasArrays);
  const { fitting, tooLong } = divide(namedValues(values), limits);
  const setup = path.join(folder, 'command-setup');
  const variables = { ...prepared.variables, ...record(tooLong) };
  writeScratch(setup, setupText(variables, [...BASE_VARIABLES, ...env, ...secrets], template));
  // On the line of the text, so that line numbers in messages of the shell are those of the command.
  const whole = `. ${shellWord(setup)}; ${prepared.text}`;
  const text = sizeOf(whole) > limits.one ? `. ${shellWord(setup)}; . ${shellWord(textFile(prepared, folder))}` : whole;
  return {
    command: [shell.program, ...shell.options, '-c', text],
    environment: { ...record(fitting), ...valueFiles(tooLong, folder) },
    warnings: [...variableWarnings(template, tooLong, limits), ...listWarnings(prepared, limits)],
  };
}

/** For a text that is longer than an argument may be: a reference to thousands of files makes it so. */
function textFile({ text }: CommandText, folder: string): string {
  const file = path.join(folder, 'command-text');
  writeScratch(file, text);
  return file;
}

const record = (named: readonly NamedValue[]): Record<string, string> =>
  Object.fromEntries(named.map(({ variable, text }) => [variable, text]));

/** Named variables get at most this part of the limit for a program's start. The rest is for arguments. */
const NAMED_SHARE = 0.25;

/** Leaves out the longest until the others fit. */
function divide(
  named: readonly NamedValue[],
  limits: ArgumentLimits,
): { readonly fitting: readonly NamedValue[]; readonly tooLong: readonly NamedValue[] } {
  const lengthOf = ({ variable, text }: NamedValue): number => sizeOf(`${variable}=${text}`);
  const shortestFirst = [...named].sort((a, b) => lengthOf(a) - lengthOf(b));
  let total = 0;
  const tooLong = new Set<NamedValue>();
  for (const each of shortestFirst) {
    total += lengthOf(each);
    if (lengthOf(each) > limits.one || total > NAMED_SHARE * limits.all) tooLong.add(each);
  }
  return { fitting: named.filter((each) => !tooLong.has(each)), tooLong: [...tooLong] };
}

/** A file for each variable that does not fit, under the variable's name with `_FILE`. */
function valueFiles(tooLong: readonly NamedValue[], folder: string): Record<string, string> {
  return Object.fromEntries(
    tooLong.map(({ variable, text }) => {
      const file = path.join(folder, variable);
      writeScratch(file, text);
      return [`${variable}_FILE`, file];
    }),
  );
}

/**
 * Sets the values as variables of the shell, which its programs do not inherit, and the options: a step that fails ends
 * the command, also within a pipe if the shell can do that.
 * @param declared variables that the stage may see: one that is not set is empty, not an error. HOME is the user's
 *   folder then: an empty one would make `~` the root folder
 */
function setupText(variables: CommandText['variables'], declared: readonly string[], template: string): string {
  const names = [...declared, 'PS1'].filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return [
    ...Object.entries(variables).map(
      ([name, value]) =>
        `${name}=${typeof value === 'string' ? shellQuoted(value) : `(${value.map(shellQuoted).join(' ')})`}`,
    ),
    ...names.map((name) => `${name}=\${${name}-${name === 'HOME' ? shellQuoted(os.homedir()) : ''}}`),
    ACTIVATES.test(template) ? 'set -e' : 'set -eu',
    '(set -o pipefail) 2> /dev/null && set -o pipefail',
    ':',
    '',
  ].join('\n');
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Activation scripts of conda, virtualenv and environment modules read variables that are not set. */
const ACTIVATES = /\bactivate\b|\b(conda|mamba|micromamba|module)\s/;

/** Only where the command cannot reach the value in another way. */
function variableWarnings(template: string, tooLong: readonly NamedValue[], { one }: ArgumentLimits): string[] {
  return tooLong
    .filter(({ variable, reference }) => !template.includes(`\${${reference}`) && !template.includes(variable))
    .map(
      ({ variable, reference, text }) =>
        `${reference} has ${kibibytes(Buffer.byteLength(text))}, too much for the variable ${variable} (a ` +
        `variable holds ${kibibytes(one)}): the file that ${variable}_FILE names holds it`,
    );
}

function listWarnings({ lists }: CommandText, { all }: ArgumentLimits): string[] {
  return Object.entries(lists).flatMap(([reference, words]) => {
    const size = words.reduce((sum, word) => sum + sizeOf(word), 0);
    if (size <= all - ENVIRONMENT) return [];
    return (
      `\${${reference}} is ${words.length} names, ${kibibytes(size)}: more than one program takes as arguments ` +
      `(${kibibytes(all)}). A loop or xargs takes them: printf '%s\\0' \${${reference}} | xargs -0 PROGRAM`
    );
  });
}

/** An allowance for the other variables. */
const ENVIRONMENT = 16 * 1024;

const kibibytes = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;
