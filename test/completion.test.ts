import { execFileSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const command = path.resolve(import.meta.dirname, '../dist/cli/main.js');
const stages = pipelineOf({
  train: shell('true', {}, { matrix: { model: ['M1', 'M2'], seed: [0, 1] } }),
  transfer: shell('true'),
  report: shell('true'),
});

/** A project, and `pipeline` on the PATH of the shells that run in it. */
async function project() {
  const made = await Project.create({
    'pipeline.json': stages,
    'bin/pipeline': `#!/bin/sh\nexec node '${command}' "$@"\n`,
  });
  await chmod(made.path('bin/pipeline'), 0o755);
  return made;
}

const has = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The shell's own completions of a line. */
const ASKED: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => [
    'bash',
    '--norc',
    '-c',
    `eval "$(pipeline completion bash)"; COMP_LINE="${line}"; COMP_POINT=\${#COMP_LINE}; _pipeline 2>/dev/null; ` +
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (line) => [
    'zsh',
    '-f',
    '-c',
    'compdef() { :; }; compadd() { shift; print -l -- "$@"; }; _files() { print FILES; }; source <(pipeline ' +
      `completion zsh); line="${line}"; words=("\${(@s: :)line}"); CURRENT=$#words; _pipeline`,
  ],
  fish: (line) => ['fish', '--no-config', '-c', `pipeline completion fish | source; complete -C "${line}"`],
};

for (const name of Object.keys(ASKED)) {
  test.skipIf(!has(name))(`${name} completes commands, options, their values, stages and axes`, async () => {
    const { root } = await project();
    const offered = async (line: string) => {
      const [program, ...words] = ASKED[name]!(line);
      const { stdout } = await execa(program!, words, {
        cwd: root,
        env: { PATH: `${root}/bin:${process.env.PATH!}`, HOME: root },
      });
      return stdout.split('\n').filter((word) => !/^(train:)?(bin\/|pipeline\.json)/.test(word));
    };
    // bash replaces only the text after the last `:` or `=`.
    const after = (settled: string, ...rest: string[]) =>
      rest.map((word) => (name === 'bash' ? word : `${settled}${word}`));
    expect(await offered('pipeline stat')).toEqual(['status']);
    expect(await offered('pipeline run --keep')).toEqual(['--keep-going']);
    expect(await offered('pipeline run --progress p')).toEqual(['plain']);
    expect(await offered('pipeline run tra')).toEqual(['train', 'transfer']);
    expect((await offered('pipeline run report train:')).sort()).toEqual(
      after('train:', 'model=M1', 'model=M2', 'seed=0', 'seed=1'),
    );
    expect(await offered('pipeline run train:model=M')).toEqual(
      name === 'bash' ? ['M1', 'M2'] : ['train:model=M1', 'train:model=M2'],
    );
    expect(await offered('pipeline run train:model=M1,s')).toEqual(
      name === 'bash' ? ['M1,seed=0', 'M1,seed=1'] : ['train:model=M1,seed=0', 'train:model=M1,seed=1'],
    );
  });
}

test('completion of a faulty pipeline is silent', async () => {
  const made = await Project.create({ 'pipeline.json': '{' });
  expect(await made.pipeline(['complete', '--', 'run', ''])).toEqual({ code: 0, out: '', err: '' });
  expect(await made.pipeline(['complete', '--', 'why', 'report', 'tra'])).toMatchObject({ out: '' });
  expect(await made.pipeline(['complete', '--', 'logs', '--fol'])).toMatchObject({ out: '--follow\n' });
});
