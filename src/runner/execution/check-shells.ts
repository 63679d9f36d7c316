/** Can the shells of this machine do what the commands ask for? Answered before anything runs. */
import { spawnSync } from 'node:child_process';
import type { Instance } from '../pipeline.ts';
import type { Plan } from '../plan.ts';
import { findShell, type Shell } from './find-shell.ts';
import { quotingOf } from './shell-quoting.ts';

/** A command that the shell cannot run as it is written. */
export interface ShellFault {
  readonly instance: Instance;
  /** The finding, in words. */
  readonly message: string;
  readonly remedy: string;
}

export class ShellError extends Error {
  override name = 'ShellError';
  readonly faults: readonly ShellFault[];

  constructor(faults: readonly ShellFault[]) {
    super(faults.map(({ message }) => message).join('\n'));
    this.faults = faults;
  }
}

/**
 * Looks at the commands that are to run, once for each stage. Throws ShellError for commands that would do something
 * else than what they say. @returns notices, as sentences, about failures that a shell cannot notice
 */
export function checkShells({ entries }: Plan): string[] {
  const stages = new Map<string, Instance>();
  for (const { instance, verdict } of entries)
    if (verdict.kind === 'run' && !stages.has(instance.stage)) stages.set(instance.stage, instance);
  const found = [...stages.values()].map(checkCommand);
  const faults = found.flatMap((each) => each.faults);
  if (faults.length > 0) throw new ShellError(faults);
  return found.flatMap((each) => each.notices);
}

interface Finding {
  readonly faults: readonly ShellFault[];
  readonly notices: readonly string[];
}

const NOTHING: Finding = { faults: [], notices: [] };

function checkCommand(instance: Instance): Finding {
  const { body, stage } = instance;
  if (body.kind === 'module') return NOTHING;
  const shell = findShell(body.shell);
  const name = body.shell ?? 'sh';
  if (shell === undefined)
    return {
      faults: [
        {
          instance,
          message: `stage "${stage}" runs under ${name}, and this machine has no such shell`,
          remedy: 'Install it, or name another one: "shell": "sh".',
        },
      ],
      notices: [],
    };
  const plain = plainTextOf(body.template);
  const lacking = WORDS.filter(({ pattern, probe }) => pattern.test(plain) && !succeeds(shell, probe));
  const refused = lacking.filter(({ changesMeaning }) => changesMeaning);
  return {
    faults: refused.map(({ word, instead }) => ({
      instance,
      message: `stage "${stage}": ${word} means something else to ${shell.program} than to bash`,
      remedy: `Write ${instead}, or let bash run it: "shell": "bash".`,
    })),
    notices: lacking
      .filter(({ changesMeaning }) => !changesMeaning)
      .map(({ word, instead }) => `${stage}: ${shell.program} does not know ${word}: ${instead}.`),
  };
}

interface Word {
  readonly word: string;
  readonly pattern: RegExp;
  /** A script that succeeds in a shell that knows the word. */
  readonly probe: string;
  readonly instead: string;
  /** The command would run, and do something else. */
  readonly changesMeaning: boolean;
}

/** The places where a command may begin. */
const START = String.raw`(?:^|[;&|({!\n]|\b(?:if|then|else|elif|while|until|do)\s)\s*`;
const at = (words: string): RegExp => new RegExp(START + words);

const WORDS: readonly Word[] = [
  {
    word: '`&>`',
    pattern: /&>/,
    probe: 'test -z "$(echo x &> /dev/null)"',
    instead: '`> FILE 2>&1`',
    changesMeaning: true,
  },
  { word: '`|&`', pattern: /\|&/, probe: 'eval "echo x |& cat"', instead: '`2>&1 |`', changesMeaning: true },
  {
    word: '`[[`',
    pattern: at(String.raw`\[\[\s`),
    probe: '[[ a == a ]]',
    instead: '`[ a = b ]` or `case`',
    changesMeaning: true,
  },
  {
    word: '`((`',
    pattern: at(String.raw`\(\((?:[^()]|\([^()]*\))*\)\)`), // `((a); b)` holds subshells
    probe: '((1 + 1 == 2))',
    instead: '`[ "$(( ... ))" -ne 0 ]`',
    changesMeaning: true,
  },
  { word: '`<(`', pattern: /[<>]\(/, probe: 'eval "cat <(echo)"', instead: 'a file between', changesMeaning: true },
  {
    word: '`<<<`',
    pattern: /<<</,
    probe: 'eval "cat <<< x"',
    instead: "`printf '%s\\n' TEXT |`",
    changesMeaning: true,
  },
  {
    word: '`source`',
    pattern: at(String.raw`source\s`),
    probe: 'source /dev/null',
    instead: '`. ./FILE`',
    changesMeaning: true,
  },
  {
    word: 'an array',
    pattern: at(String.raw`\w+\+?=\(`),
    probe: 'eval "a=(1 2)"',
    instead: '`set -- A B` and `"$@"`',
    changesMeaning: true,
  },
  {
    word: '`function`',
    pattern: at(String.raw`function\s+\w`),
    probe: 'eval "function f { :; }"',
    instead: '`NAME() { ...; }`',
    changesMeaning: true,
  },
  {
    word: "`$'...'`",
    pattern: /\$'/,
    probe: String.raw`test $'\x61' = a`,
    instead: '`$(printf ...)`',
    changesMeaning: true,
  },
  {
    word: '`{a,b}`',
    pattern: /(?<!\$)\{[^\s{}]*(,|\.\.)[^\s{}]*\}/,
    probe: 'test "$(echo {1,2})" = "1 2"',
    instead: 'the braces stay as they are; write the words out',
    changesMeaning: false,
  },
  {
    word: '`pipefail`',
    pattern: /[^|\\]\|[^|]/,
    probe: 'set -o pipefail',
    instead: 'a step that fails before the last `|` is not noticed; "shell": "bash" notices it',
    changesMeaning: false,
  },
];

/** The command without quoted texts, comments and here-documents. The references in it are no words of the shell. */
function plainTextOf(template: string): string {
  const quoting = quotingOf(template);
  const plain = Array.from(template, (character, i) => (quoting[i] === 'plain' ? character : ' ')).join('');
  return withoutCasePatterns(plain.replaceAll(/\$\{[^{}]+\}/g, '_'));
}

/** In `case $x in a|b) ...`, the `|` is no pipe. */
const withoutCasePatterns = (plain: string): string =>
  /\bcase\s/.test(plain) ? plain.replaceAll(/(\bin\s|;;)\s*\(?[^();&]*\)/g, '$1 ') : plain;

const answers = new Map<string, boolean>();

function succeeds({ program, options }: Shell, probe: string): boolean {
  const key = `${program} ${probe}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    const { status } = spawnSync(program, [...options, '-c', probe], {
      env: { PATH: process.env.PATH }, // a shell would run the file that BASH_ENV or ENV names
      stdio: 'ignore',
      timeout: 5000,
    });
    answers.set(key, (answer = status === 0));
  }
  return answer;
}
