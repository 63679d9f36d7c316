import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { commandText, namedValues, type CommandValues } from './command-text.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'command-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const none: CommandValues = { inputs: {}, outputs: {}, params: {}, axes: {} };

/** Runs it by the real shell. Returns its output, split at NUL. */
function print(template: string, values: Partial<CommandValues>): string[] {
  const { text, variables } = commandText(template, { ...none, ...values }, false);
  const { stdout } = spawnSync('/bin/sh', ['-c', text], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH!, ...(variables as Record<string, string>) },
  });
  return stdout.split('\0').slice(0, -1);
}

/** All characters with a meaning in a shell, without NUL, which no argument can contain. */
const nasty = fc.string({
  unit: fc.constantFrom(
    ...`'"\`$(){}[]*?!#~&|;<>\\ \t\n=-`.split(/(?:)/),
    'a',
    '$(touch pwned)',
    '`touch pwned`',
    '${HOME}',
    'é',
    '\u{1F600}',
  ),
  maxLength: 12,
});

describe('a value reaches the command as it is, whatever it holds', () => {
  const claims: readonly (readonly [string, (value: string) => string[]])[] = [
    ["printf '%s\\0' ${inputs.x}", (value) => [value]],
    ["printf '%s\\0' a${inputs.x}b", (value) => [`a${value}b`]],
    ['printf \'%s\\0\' "say ${inputs.x}, \\"please\\""', (value) => [`say ${value}, "please"`]],
    ["printf '%s\\0' 'it is ${inputs.x}'", (value) => [`it is ${value}`]],
    ['printf \'%s\\0\' "$(printf %s ${inputs.x}; echo .)"', (value) => [`${value}.`]],
    ['printf \'%s\\0\' "$(printf %s "${inputs.x}"; echo .)" ${inputs.x}', (value) => [`${value}.`, value]],
    ["# don't mind\nprintf '%s\\0' ${inputs.x} # nor this: \"", (value) => [value]],
    ["(printf '%s\\0' ${inputs.x})", (value) => [value]],
    ["case ${inputs.x} in ${inputs.x}) printf '%s\\0' yes;; esac", () => ['yes']],
    ['x=${inputs.x}; printf \'%s\\0\' "$x"', (value) => [value]],
    ["cat <<END | tr '\\n' '\\0'\n<${inputs.x}>\nEND", (value) => `<${value}>`.split('\n')],
    [
      "cat <<-END | tr '\\n' '\\0'; printf '%s\\0' ${inputs.x}\n\t<${inputs.x}>\n\tEND",
      (value) => [...`<${value}>`.split('\n'), value],
    ],
    [
      "(cat <<'A'; cat <<B) | tr '\\n' '\\0'\n$no ${seed}\nA\n<${inputs.x}>\nB",
      (value) => ['$no 7', ...`<${value}>`.split('\n')],
    ],
    ["printf '%s\\0' \"`printf '%s.' ${inputs.x}`\"", (value) => [`${value}.`]],
    ['printf \'%s\\0\' "$(cat <<END\n${inputs.x}.\nEND\n)"', (value) => [`${value}.`]],
  ];
  test.each(claims)('%s', (template, expected) => {
    fc.assert(
      fc.property(nasty, (value) => {
        expect(print(template, { inputs: { x: value }, axes: { seed: 7 } })).toEqual(expected(value));
      }),
      { numRuns: 40 },
    );
    expect(existsSync(path.join(folder, 'pwned'))).toBe(false);
  });
});

test.each([
  'cat <<END\n${inputs.x}\nEND',
  'echo `echo ${inputs.x}`',
  'echo "`echo "${inputs.x}"`"',
  'echo $(case a in a) echo "${inputs.x}";; esac)',
])('nothing in a value is executed where quoting cannot be told: %s', (template) => {
  for (const value of [
    '$(touch pwned)',
    '`touch pwned`',
    '"; touch pwned; "',
    "'; touch pwned; '",
    'END\ntouch pwned\n',
  ])
    print(template, { inputs: { x: value } });
  expect(existsSync(path.join(folder, 'pwned'))).toBe(false);
});

test('in a here-document that the shell does not expand a value stands as it is, unless it would end a line', () => {
  const template = "cat <<'END' | tr '\\n' '\\0'\n$HOME ${inputs.x}\nEND";
  for (const x of ['a b', '$(touch pwned)', `it's "x"`])
    expect(print(template, { inputs: { x } })).toEqual([`$HOME ${x}`]);
  expect(() => print(template, { inputs: { x: 'a\nEND\ntouch pwned' } })).toThrow(
    "${inputs.x} holds a line end and cannot stand in a here-document with a quoted delimiter (<<'EOF').",
  );
});

test("between $' and ' of bash a value stays one word, and what follows is read as before", () => {
  const template = "printf '%s\\0' $'a\\t${inputs.x}\\tb'";
  const { text, variables } = commandText(template, { ...none, inputs: { x: "it's $(x)" } }, true);
  const env = { PATH: process.env.PATH!, ...(variables as Record<string, string>) };
  expect(spawnSync('bash', ['-c', text], { encoding: 'utf8', env }).stdout).toBe("a\tit's $(x)\tb\0");
});

test('a gathered input is one word for each member; in quotes, one text', () => {
  const inputs = { all: ['a b', "c'd"].map((member) => ({ path: member, axes: {} })) };
  expect(print("printf '%s\\0' ${inputs.all}", { inputs })).toEqual(['a b', "c'd"]);
  expect(print('printf \'%s\\0\' "${inputs.all}"', { inputs })).toEqual(["a b c'd"]);
});

test('an input that is null is an empty word', () => {
  expect(print("printf '%s\\0' ${inputs.x} end", { inputs: { x: null } })).toEqual(['', 'end']);
});

test('params and axes are named too; numbers count in arithmetic, objects are JSON', () => {
  const values = { params: { n: 4, image: { size: 32 } }, axes: { seed: 1 }, outputs: { out: '/o' } };
  expect(
    print(
      "printf '%s\\0' $(( (${params.n} + ${seed}) * 2 )) ${params.image} ${params.image.size} ${outputs.out}",
      values,
    ),
  ).toEqual(['10', '{"size":32}', '32', '/o']);
});

test('scripts find the same values under names', () => {
  const named = namedValues({
    inputs: { 'left-eye': '/a', none: null, all: [{ path: '/b', axes: { seed: 0 } }] },
    outputs: { out: '/o' },
    params: { rate: 0.5, deep: { a: [1] } },
    axes: { seed: 0 },
  });
  expect(Object.fromEntries(named.map(({ variable, text }) => [variable, text]))).toEqual({
    PIPELINE_INPUT_LEFT_EYE: '/a',
    PIPELINE_INPUT_NONE: '',
    PIPELINE_INPUT_ALL: '[{"path":"/b","axes":{"seed":0}}]',
    PIPELINE_OUTPUT_OUT: '/o',
    PIPELINE_PARAM_RATE: '0.5',
    PIPELINE_PARAM_DEEP: '{"a":[1]}',
    PIPELINE_AXIS_SEED: '0',
  });
});
