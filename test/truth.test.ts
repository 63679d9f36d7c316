/** Recorded results were made from the recorded inputs, at any time of a user's edit. */
import { chmod, mkdir, rename, stat, utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell, type Run } from './rig.test-support.ts';

/** `work` reads a file, a folder and a pattern into its output, and waits for `go` before that and after it. */
const WAIT = 'while [ ! -e go ]; do sleep 0.02; done';
const reading = {
  'pipeline.json': pipelineOf({
    work: shell(
      `touch started; ${WAIT}; cat \${inputs.file} \${inputs.folder}/* \${inputs.pattern}/* > \${outputs.out}; ` +
        'touch read; while [ ! -e end ]; do sleep 0.02; done',
      { file: 'a.txt', folder: 'images', pattern: 'tables/*.csv' },
      { outputs: { out: { file: 'out.txt', publish: 'result.txt' } } },
    ),
  }),
  'a.txt': 'a\n',
  'images/1.txt': 'one\n',
  'images/2.txt': 'two\n',
  'tables/x.csv': 'x\n',
};

type Change = (project: Project) => Promise<unknown>;

/** Runs, and changes something after the stage has started and before it reads; and again after it has read. */
async function runWith(project: Project, before: Change, after: Change = () => Promise.resolve()): Promise<Run> {
  for (const mark of ['started', 'go', 'read', 'end']) await project.remove(mark);
  const run = project.run();
  await project.appears('started');
  await before(project);
  await project.write('go', '');
  await project.appears('read');
  await after(project);
  await project.write('end', '');
  return run;
}

/** Other content of the same size, with the old time put back. */
async function editUnseen(project: Project, name: string, content: string): Promise<void> {
  const { atime, mtime, size } = await stat(project.path(name));
  await project.write(name, content);
  await utimes(project.path(name), atime, mtime);
  expect((await stat(project.path(name))).size).toBe(size);
}

test.each<[string, string, Change, Change?]>([
  ['a file is edited', 'a.txt', (project) => project.append('a.txt', 'more\n')],
  ['a file is edited without changing its size and time', 'a.txt', (project) => editUnseen(project, 'a.txt', 'b\n')],
  [
    'a file is edited and put back',
    'a.txt',
    (project) => project.write('a.txt', 'b\n'),
    (project) => project.write('a.txt', 'a\n'),
  ],
  [
    'a file is replaced by another and put back',
    'a.txt',
    (project) => rename(project.path('a.txt'), project.path('kept')).then(() => project.write('a.txt', 'b\n')),
    (project) => project.write('a.txt', 'a\n'),
  ],
  ['one file of a folder is edited', 'images', (project) => project.append('images/2.txt', 'more\n')],
  [
    'one file of a folder is edited without changing its size and time',
    'images',
    (project) => editUnseen(project, 'images/1.txt', 'eno\n'),
  ],
  [
    'one file of a folder is renamed',
    'images',
    (project) => rename(project.path('images/1.txt'), project.path('images/3.txt')),
  ],
  [
    'a folder loses a file after it was read',
    'images',
    () => Promise.resolve(),
    (project) => project.remove('images/1.txt'),
  ],
  ['a pattern matches one file more', 'tables/*.csv', (project) => project.write('tables/y.csv', 'y\n')],
  ['a file of a pattern is edited', 'tables/*.csv', (project) => project.write('tables/x.csv', 'z\n')],
])(
  '%s while its stage runs: the result is not recorded, the input is named, and the next run makes it from what ' +
    'is there',
  async (_, name, before, after) => {
    const project = await Project.create(reading);
    const run = await runWith(project, before, after);
    expect(run.code).toBe(1);
    expect(run.of('failed')).toMatchObject([{ id: 'work', failure: { kind: 'input-changed', paths: [name] } }]);
    expect(project.exists('result.txt')).toBe(false);
    expect((await project.run()).executed).toEqual(['work']);
    const { stdout } = await project.shell('cat a.txt images/* tables/*.csv');
    expect(await project.read('result.txt')).toBe(stdout);
    expect((await project.pipeline(['run'])).out).toContain('Nothing to do');
  },
);

test('touching permissions, linking and reading an input while its stage runs are no edits', async () => {
  const project = await Project.create(reading);
  const run = await runWith(
    project,
    (p) => chmod(p.path('a.txt'), 0o600),
    (p) => p.shell('ln a.txt second; cat images/*; touch -a a.txt'),
  );
  expect(run.executed).toEqual(['work']);
});

test.each<[string, Change]>([
  ['a file', (project) => editUnseen(project, 'a.txt', 'b\n')],
  ['a file of a folder', (project) => editUnseen(project, 'images/1.txt', 'eno\n')],
  ['a file of a pattern', (project) => editUnseen(project, 'tables/x.csv', 'X\n')],
])('%s that was edited between two runs without changing its size and time is found', async (_, edit) => {
  const project = await Project.create({ ...reading, go: '', end: '' });
  expect((await project.run()).executed).toEqual(['work']);
  await edit(project);
  expect((await project.run()).executed).toEqual(['work']);
  const { stdout } = await project.shell('cat a.txt images/* tables/*.csv');
  expect(await project.read('result.txt')).toBe(stdout);
});

test('an edit after the plan and before the stage starts counts: the stage is executed once, for what is there now', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      slow: shell(`touch started; ${WAIT}; echo 1 > \${outputs.out}`),
      work: shell(
        'echo x >> executed; cat ${inputs.file} > ${outputs.out}',
        { slow: { stage: 'slow', output: 'out' }, file: 'a.txt' },
        { outputs: { out: { file: 'out.txt', publish: 'result.txt' } } },
      ),
    }),
    'a.txt': 'a\n',
  });
  const run = project.run();
  await project.appears('started');
  await project.write('a.txt', 'b\n');
  await project.write('go', '');
  expect((await run).code).toBe(0);
  expect(await project.read('result.txt')).toBe('b\n');
  expect(await project.read('executed')).toBe('x\n');
  expect((await project.pipeline(['run'])).out).toContain('Nothing to do');
});

test('a stage that writes to its input or deletes it has failed, and is told that it may not', async () => {
  for (const command of ['echo more >> ${inputs.file}', 'rm ${inputs.file}', 'touch ${inputs.file}']) {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ work: shell(`${command}; echo 1 > \${outputs.out}`, { file: 'a.txt' }) }),
      'a.txt': 'a\n',
    });
    const { err, code } = await project.pipeline(['run']);
    expect(code).toBe(1);
    expect(err).toContain('its result is not recorded, because a.txt changed while it ran');
    expect(err).toContain('a stage may write to its outputs only');
  }
});

test.each([
  ['a file', 'mv ${inputs.file} ${outputs.out}', 'a.txt', { out: 'out.txt' }],
  ['all files of a folder', 'mv ${inputs.folder}/* ${outputs.out}', 'images', { out: 'all/' }],
])(
  '%s that a stage moved to its output, where it should have copied, is back when it has failed',
  async (_, command, input, outputs) => {
    const project = await Project.create({
      ...reading,
      'pipeline.json': pipelineOf({ work: { command, inputs: { file: 'a.txt', folder: 'images' }, outputs } }),
    });
    const run = await project.run();
    expect(run.of('failed')).toMatchObject([{ failure: { kind: 'input-changed', paths: [input] } }]);
    expect([
      await project.read('a.txt'),
      await project.read('images/1.txt'),
      await project.read('images/2.txt'),
    ]).toEqual(['a\n', 'one\n', 'two\n']);
  },
);

test('a stage that writes to the result of another through its input has failed; the damage is found and mended', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      first: shell('echo x >> executed; echo first > ${outputs.out}'),
      work: shell(
        'if [ -e bad ]; then chmod 644 "$(readlink ${inputs.x})"; echo spoilt > ${inputs.x}; fi; cat ${inputs.x} ' +
          '> ${outputs.out}',
        { x: { stage: 'first', output: 'out' } },
        { outputs: { out: { file: 'out.txt', publish: 'result.txt' } } },
      ),
    }),
    bad: '',
  });
  const run = await project.run();
  expect(run.of('failed')).toMatchObject([
    { id: 'work', failure: { kind: 'input-changed', paths: ['output out of first'] } },
  ]);
  await project.remove('bad');
  expect((await project.run()).executed).toEqual(['first', 'work']);
  expect(await project.read('result.txt')).toBe('first\n');
});

test('a checkpoint that was computed from an edited input is not continued from, though the input is as before', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      work: shell(
        `c=$PIPELINE_CHECKPOINT/half; touch started; ${WAIT}; [ -e $c ] || cat \${inputs.file} > $c; touch read; ` +
          `while [ ! -e end ]; do sleep 0.02; done; test -e finish && cat $c > \${outputs.out}`,
        { file: 'a.txt' },
        { outputs: { out: { file: 'out.txt', publish: 'result.txt' } } },
      ),
    }),
    'a.txt': 'a\n',
  });
  const failed = await runWith(
    project,
    (p) => p.write('a.txt', 'b\n'),
    (p) => p.write('a.txt', 'a\n'),
  );
  expect(failed.of('failed')).toMatchObject([{ failure: { kind: 'exit' } }]);
  await project.write('finish', '');
  const finished = await runWith(project, () => Promise.resolve());
  expect(finished.of('started')).toMatchObject([{ resumed: false }]);
  expect(await project.read('result.txt')).toBe('a\n');
});

test('the same holds when the runner was killed, and nobody could look at the inputs', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      work: shell(
        `c=$PIPELINE_CHECKPOINT/half; [ -e $c ] || cat \${inputs.file} > $c; touch read; ${WAIT}; cat $c > ` +
          `\${outputs.out}`,
        { file: 'a.txt' },
        { outputs: { out: { file: 'out.txt', publish: 'result.txt' } } },
      ),
    }),
    'a.txt': 'a\n',
  });
  for (const edit of [() => Promise.resolve(), () => project.write('a.txt', 'a\n')]) {
    const run = project.start(['run']);
    await project.appears('read');
    run.signal('SIGKILL');
    await run.ended;
    await edit();
    await project.remove('read');
  }
  await project.write('go', '');
  const run = await project.run();
  expect(run.of('started')).toMatchObject([{ resumed: false }]);
  expect(run.of('warning')).toMatchObject([{ message: expect.stringContaining('begins anew') as string }]);
  expect(await project.read('result.txt')).toBe('a\n');
});

test.each<[string, Change]>([
  ['a folder', (project) => mkdir(project.path('result.txt/mine'), { recursive: true })],
  [
    'a link to a file elsewhere',
    (project) => project.write('mine', 'mine\n').then(() => project.shell('ln -s mine result.txt')),
  ],
  ['a link that leads nowhere', (project) => project.shell('ln -s nowhere result.txt')],
  ['a pipe', (project) => project.shell('mkfifo result.txt')],
])(
  '%s where an output is to be published stays, the run names it, and once it is moved away nothing is executed again',
  async (_, put) => {
    const project = await Project.create({ ...reading, go: '', end: '' });
    await put(project);
    const before = (await project.shell('ls -lR --time-style=full-iso result.txt')).stdout;
    const { err, code } = await project.pipeline(['run']);
    expect(code).toBe(1);
    expect(err).toContain('result.txt holds a file that this pipeline did not write; move it away and run again');
    expect((await project.shell('ls -lR --time-style=full-iso result.txt')).stdout).toBe(before);
    await rename(project.path('result.txt'), project.path('moved'));
    const next = await project.run();
    expect([next.executed, next.ids('restored')]).toEqual([[], ['work']]);
  },
);
