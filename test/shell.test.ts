/** Commands as people write them: which shell runs them, and how strict it is. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const published = { outputs: { out: { file: 'out.txt', publish: 'out.txt' } } };
const has = (program: string): boolean => existsSync(`/bin/${program}`) || existsSync(`/usr/bin/${program}`);

test('a step that fails in the middle fails the stage, also within a pipe, and nothing of it is recorded', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      middle: shell('false; echo x > ${outputs.out}'),
      line: shell('echo x > ${outputs.out}\nfalse\ntrue'),
      pipe: shell('false | cat > ${outputs.out}', {}, has('bash') ? {} : { shell: 'bash' }),
      unset: shell('echo "$NOWHERE" > ${outputs.out}'),
      expected: shell('grep x /dev/null || echo none > ${outputs.out}'),
    }),
  });
  const run = await project.run('--keep-going');
  expect(run.code).toBe(1);
  expect(run.ids('failed')).toEqual(['line', 'middle', 'pipe', 'unset']);
  expect(run.executed).toEqual(['expected']);
  expect(run.of('failed').find(({ id }) => id === 'unset')).toMatchObject({
    failure: { message: 'the variable NOWHERE is not set' },
  });
});

test.skipIf(!has('bash'))('words and redirections of bash do what they say', async () => {
  const project = await Project.create({
    'env.sh': 'export GREETING=hello\n',
    'pipeline.json': pipelineOf({
      work: shell(
        'source env.sh; if [[ a == a ]]; then (echo "$GREETING"; echo oops >&2) &> ${outputs.out}; fi; cat <(echo ' +
          'end) >> ${outputs.out}',
        { env: 'env.sh' },
        published,
      ),
    }),
  });
  expect((await project.run()).executed).toEqual(['work']);
  expect(await project.read('out.txt')).toBe('hello\noops\nend\n');
});

describe.skipIf(!has('dash'))('under a shell that is not bash', () => {
  test('a word of bash that would do something else is refused before anything runs, with place and remedy', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        first: shell('echo 1 > ${outputs.out}'),
        train: shell('sh -c "sleep 1; echo trained" &> ${outputs.out}', {}, { shell: 'dash' }),
      }),
    });
    for (const words of [['run'], ['run', '-n']]) {
      const { code, err } = await project.pipeline(words);
      expect(code).toBe(2);
      expect(err).toMatch(
        /^pipeline\.json:\d+:\d+ error: stage "train": `&>` means something else to \/.*dash than to bash$/m,
      );
      expect(err).toContain('"shell": "bash"');
    }
    expect(project.exists('cache/objects')).toBe(false);
  });

  test('the run says where a failure within a pipe is not noticed', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ work: shell('echo x | cat > ${outputs.out}', {}, { shell: 'dash' }) }),
    });
    for (const words of [['run', '-n'], ['run']])
      expect((await project.pipeline(words)).err).toContain('does not know `pipefail`');
    expect((await project.pipeline(['run'])).err).toBe('');
  });
});

test('a shell that is not there is refused before anything runs', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ work: shell('echo x > ${outputs.out}', {}, { shell: '/nowhere/zsh' }) }),
  });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toContain('stage "work" runs under /nowhere/zsh, and this machine has no such shell');
});

test('a shell that is named counts for the fingerprint: another one runs the stage again, and why says so', async () => {
  const stage = (more: object) => pipelineOf({ work: shell('echo x > ${outputs.out}', {}, more) });
  const project = await Project.create({ 'pipeline.json': stage({ shell: 'sh' }) });
  expect((await project.run()).executed).toEqual(['work']);
  expect((await project.pipeline(['show', 'work'])).out).toMatch(/^ {2}shell +sh$/m);
  await project.write('pipeline.json', stage({ shell: 'bash' }));
  expect((await project.pipeline(['why', 'work'])).out).toContain('(by bash)');
  expect((await project.run()).executed).toEqual(['work']);
});

test('an output that was written to another place is told with that place and the right one', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: {
        command: 'mkdir -p results; echo 1 > results/m.json',
        outputs: { m: { file: 'm.json', publish: 'results/m.json' } },
      },
    }),
  });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain(
    'did not write m (it wrote results/m.json, and the result is not taken from there); a command writes to ' +
      '${outputs.m} or $PIPELINE_OUTPUT_M',
  );
  await project.write(
    'pipeline.json',
    pipelineOf({ train: { command: 'true', outputs: { m: { file: 'm.json', publish: 'results/m.json' } } } }),
  );
  expect((await project.pipeline(['run'])).err).not.toContain('it wrote');
});

test('a variable that is held back is told once, and again where a failure tells of it', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('echo "ModuleNotFoundError: No module named \'torch\'" >&2; exit 1'),
    }),
  });
  const env = { PYTHONPATH: '/somewhere' };
  const first = (await project.pipeline(['run'], { env })).err;
  expect(first).toContain(
    'PYTHONPATH is set in your shell and not passed to stages. "env": ["PYTHONPATH"] in a stage passes it',
  );
  const second = (await project.pipeline(['run'], { env })).err;
  expect(second).not.toContain('is set in your shell and not passed to stages');
  expect(second).toContain('exit 1: PYTHONPATH is set in your shell and does not reach the stage');
});

test('lines of Python are in the log while it runs', async ({ skip }) => {
  try {
    execFileSync('python3', ['--version']);
  } catch {
    return skip('there is no Python');
  }
  const waiting = "import os, time; print('epoch 1')\nwhile not os.path.exists('go'): time.sleep(0.05)";
  const project = await Project.create({
    'wait.py': waiting,
    'pipeline.json': pipelineOf({ train: shell('python3 wait.py; echo > ${outputs.out}', { script: 'wait.py' }) }),
  });
  const run = project.start(['run']);
  await expect
    .poll(async () => (await project.shell('cat cache/logs/train/* 2>/dev/null || true')).stdout, { timeout: 20_000 })
    .toBe('epoch 1\n');
  await project.write('go', '');
  expect((await run.ended).code).toBe(0);
});

test('a gathered input beyond what one variable holds runs, and so does a parameter', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      make: shell('echo ${part} > ${outputs.out}', {}, { matrix: { part: Array.from({ length: 40 }, (_, i) => i) } }),
      all: shell(
        'cat ${inputs.parts} > ${outputs.out}; wc -c < ${outputs.out} >> ${outputs.out}; printf %s ${params.long} ' +
          '| wc -c >> ${outputs.out}',
        { parts: '@make:*/out' },
        { params: { long: 'x'.repeat(150_000) }, ...published },
      ),
    }),
  });
  expect(await project.run()).toMatchObject({ code: 0 });
  expect((await project.read('out.txt')).trim().split('\n').slice(-2).map(Number)).toEqual([110, 150_000]);
});

/** A disk of 8 MiB in place of the store; none without the right to mount one. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  return true;
}

test('a command that dies of a full disk is told so, though its log is on the same disk and empty; exit code 4', async ({
  skip,
}) => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ fill: shell('head -c 40000000 /dev/zero > ${outputs.out} 2> /dev/null') }),
    'cache/x': '',
  });
  if (!mountSmallDisk(project.path('cache'))) return skip('no disk can be mounted here');
  const { code, err } = await project.pipeline(['run']);
  expect(err).toMatch(/FAILED {3}fill {2}disk full \(\d+ B free\): .*cache cannot be written/);
  expect(code).toBe(4);
});
