import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { argumentLimits } from './argument-limits.ts';
import { commandTask, type CommandTask } from './command-task.ts';

const LIMITS = { one: 128 * 1024, all: 2 * 1024 * 1024 };

interface Asked {
  readonly template: string;
  readonly shell?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly inputs?: Parameters<typeof commandTask>[2]['inputs'];
  readonly env?: readonly string[];
}

function prepare({ template, shell, params = {}, inputs = {}, env = [] }: Asked): CommandTask {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'command task '));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const body = { kind: 'command' as const, template, ...(shell !== undefined && { shell }) };
  return commandTask(body, { env, secrets: [], params, axes: {} }, { inputs, outputs: {}, folder }, LIMITS);
}

function run({ command: [program, ...words], environment }: CommandTask) {
  const { status, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
    maxBuffer: 1e8,
  });
  return { status, stdout, stderr };
}

const shells = ['bash', 'dash', 'zsh', 'ksh'].filter((name) =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, name))),
);

test.each(shells)('%s: a step that fails ends the command, and so does a variable that is not set', (shell) => {
  expect(run(prepare({ shell, template: 'echo a; false; echo b' }))).toMatchObject({ status: 1, stdout: 'a\n' });
  expect(run(prepare({ shell, template: 'echo a; echo $NOWHERE; echo b' }))).toMatchObject({ stdout: 'a\n' });
  expect(run(prepare({ shell, template: 'false || echo expected; if false; then :; fi; echo b' }))).toMatchObject({
    status: 0,
    stdout: 'expected\nb\n',
  });
  expect(run(prepare({ shell, template: 'echo "<$DECLARED$TMPDIR>"', env: ['DECLARED'] }))).toMatchObject({
    status: 0,
    stdout: '<>\n',
  });
});

test.each(shells)('%s: without HOME, ~ is the folder of the user, not the root folder', (shell) => {
  const { stdout } = run(prepare({ shell, template: 'echo ~; echo "$HOME"' }));
  expect(stdout).toBe(`${os.homedir()}\n${os.homedir()}\n`);
});

test('a failure within a pipe counts where the shell can notice it', () => {
  expect(run(prepare({ shell: 'bash', template: 'false | cat' })).status).toBe(1);
  expect(run(prepare({ shell: 'bash', template: 'set +o pipefail; yes | head -1' })).status).toBe(0);
});

test('activation scripts, which read variables that are not set, may do so', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'activate-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const activate = 'echo "OLD=$ADDR2LINE" > activate; . ./activate; echo "<$OLD>"; false; echo b';
  expect(run(prepare({ template: `cd ${folder}; ${activate}` }))).toMatchObject({ status: 1, stdout: '<>\n' });
});

test('line numbers in messages of the shell are those of the command', () => {
  expect(run(prepare({ shell: 'bash', template: 'echo a\nnowhere-to-be-found' })).stderr).toContain(
    'line 2: nowhere-to-be-found',
  );
});

test('programs do not inherit the variables of references, but the named ones', () => {
  const { stdout } = run(
    prepare({
      template: "echo ${params.text}; sh -c 'echo [$PIPELINE_VALUE_1] $PIPELINE_PARAM_TEXT'",
      params: { text: 'x y' },
    }),
  );
  expect(stdout).toBe('x y\n[] x y\n');
});

test('a value that no variable holds is in a file, and in the text of the command it is used as ever', () => {
  const long = 'x'.repeat(200_000);
  const template =
    'printf %s ${params.text} | wc -c; printf %s "$PIPELINE_PARAM_TEXT" | wc -c; wc -c < "$PIPELINE_PARAM_TEXT_FILE"';
  const task = prepare({ template, params: { text: long, short: 'y' } });
  expect(run(task)).toMatchObject({ status: 0, stdout: '200000\n200000\n200000\n' });
  expect(task.environment).not.toHaveProperty('PIPELINE_PARAM_TEXT');
  expect(task.environment.PIPELINE_PARAM_SHORT).toBe('y');
  expect(task.warnings).toEqual([]);
});

test('a value that a command reaches by no other way than the variable is warned of, with its size and the file', () => {
  const { warnings, environment } = prepare({ template: 'python3 tool.py', params: { text: 'x'.repeat(200_000) } });
  expect(warnings).toEqual([
    'params.text has 195 KiB, too much for the variable PIPELINE_PARAM_TEXT (a variable holds 128 KiB): the file ' +
      'that PIPELINE_PARAM_TEXT_FILE names holds it',
  ]);
  expect(readFileSync(environment.PIPELINE_PARAM_TEXT_FILE!, 'utf8')).toHaveLength(200_000);
});

test('many values that fit one by one leave room for arguments: the longest go to files', () => {
  const params = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, 'x'.repeat(40_000 + i * 1000)]));
  const { environment } = prepare({ template: 'true', params });
  const named = Object.keys(environment).filter((name) => !name.endsWith('_FILE'));
  expect(named).toEqual(Array.from({ length: 11 }, (_, i) => `PIPELINE_PARAM_P${i}`));
  expect(Object.keys(environment).at(-1)).toBe('PIPELINE_PARAM_P11_FILE');
});

test.each(shells)(
  '%s: a gathered input is one word for each member; in quotes and here-documents, one text',
  (shell) => {
    const parts = ['a b', "c'd", '$(x)', '*'].map((member, i) => ({ path: member, axes: { i } }));
    const template =
      "printf '%s;' ${inputs.parts}; printf '%s;' \"<${inputs.parts}>\" '<${inputs.parts}>'; cat " +
      '<<END\n${inputs.parts}\nEND';
    const joined = "a b c'd $(x) *";
    expect(run(prepare({ shell, template, inputs: { parts } }))).toMatchObject({
      status: 0,
      stdout: `a b;c'd;$(x);*;<${joined}>;<${joined}>;${joined}\n`,
    });
  },
);

test('a gathered input of any length is looped over; one that no program takes as arguments is warned of', () => {
  const parts = Array.from({ length: 20_000 }, (_, i) => ({ path: `/${'deep/'.repeat(30)}${i}`, axes: { i } }));
  const task = prepare({
    template: 'n=0; for part in ${inputs.parts}; do n=$((n + 1)); done; echo $n',
    inputs: { parts },
  });
  expect(run(task)).toMatchObject({ status: 0, stdout: '20000\n' });
  expect(task.warnings).toEqual([
    expect.stringMatching(
      /^\$\{inputs\.parts\} is 20000 names, 3\d\d\d KiB: more than one program takes as arguments \(2048 KiB\)\. .* xargs -0 PROGRAM$/,
    ),
  ]);
});

test('a command of any length runs, and is as strict', () => {
  const template = `printf %s ${'x'.repeat(200_000)} | wc -c; false; echo b`;
  expect(run(prepare({ template }))).toMatchObject({ status: 1, stdout: '200000\n' });
});

test('the limits of this machine hold: the longest that is said to fit does fit', () => {
  const { one } = argumentLimits();
  const text = 'x'.repeat(one - 'V='.length - 1);
  expect(spawnSync('true', [], { env: { PATH: process.env.PATH, V: text } }).status).toBe(0);
  if (process.platform === 'linux')
    expect(spawnSync('true', [], { env: { PATH: process.env.PATH, V: `${text}x` } }).error).toMatchObject({
      code: 'E2BIG',
    });
});
