import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const good = pipelineOf({
  split: shell('echo x > ${outputs.out}'),
  train: shell('cat ${inputs.split} > ${outputs.out}', { split: { stage: 'split', output: 'out' } }),
});

test('every fault is reported at once, each with line, column, the underlined text and a suggestion', async () => {
  const project = await Project.create({
    'pipeline.json': `{
  "name": "test",
  "stages": {
    "split": { "comand": "true", "outputs": { "out": "out.txt" } },
    "train": {
      "command": "cat \${inputs.split} > \${outputs.out}",
      "inputs": { "split": { "stage": "spilt", "output": "out" } },
      "outputs": { "out": "out.txt" }
    }
  }
}
`,
  });
  const { err, out, code } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^pipeline\.json:4:16 error: .*comand.*/m);
  expect(err).toMatch(/^pipeline\.json:7:39 error: .*spilt.*/m);
  expect(err).toContain('"inputs": { "split": { "stage": "spilt", "output": "out" } }');
  expect(err).toMatch(/^\s*~+$/m);
  expect(err).toContain('did you mean "command"?');
  expect(err).toContain('did you mean "split"?');
});

test('the same faults as JSON, for editors', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('true', { split: { stage: 'spilt', output: 'out' } }),
      split: shell('true'),
    }),
  });
  const { out, code } = await project.pipeline(['status', '--json']);
  expect(code).toBe(2);
  const { type, diagnostics } = JSON.parse(out) as { type: string; diagnostics: Record<string, unknown>[] };
  expect(type).toBe('diagnostics');
  expect(diagnostics[0]).toMatchObject({
    severity: 'error',
    suggestion: 'split',
    file: project.path('pipeline.json'),
    line: expect.any(Number) as number,
    column: expect.any(Number) as number,
  });
});

test('a misspelt stage on the command line gets a suggestion', async () => {
  const project = await Project.create({ 'pipeline.json': good });
  const { err, code } = await project.pipeline(['run', 'trian']);
  expect(code).toBe(2);
  expect(err).toContain('did you mean "train"?');
});

test('a misspelt command or option gets a suggestion', async () => {
  const project = await Project.create({ 'pipeline.json': good });
  const command = await project.pipeline(['stauts']);
  expect(command.code).toBe(2);
  expect(command.err).toContain('(Did you mean status?)');
  const option = await project.pipeline(['run', '--dry-rum']);
  expect(option.code).toBe(2);
  expect(option.err).toContain('(Did you mean --dry-run?)');
});

test('without a pipeline file it is said where was looked and what to do', async () => {
  const project = await Project.create({});
  const { err, code } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toContain(`there is no pipeline.json in ${project.root} or any folder above it`);
  expect(err).toContain('--pipeline FILE');
});

test('the nearest pipeline file above the current folder is the one', async () => {
  const project = await Project.create({ 'pipeline.json': good, 'deep/er/note.txt': '' });
  expect((await project.pipeline(['run'], { folder: 'deep/er' })).code).toBe(0);
  expect(project.exists('pipeline.lock.json')).toBe(true);
});

test('--help and --version answer with 0, nothing at all with 2', async () => {
  const project = await Project.create({});
  expect(await project.pipeline(['--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
  expect(await project.pipeline(['run', '--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('--dry-run') as string,
  });
  expect((await project.pipeline([])).code).toBe(2);
});

const own = (inputs: object, more: object = {}) => ({
  stages: { a: { command: 'echo x > ${outputs.o}', inputs, outputs: { o: 'o.json' }, ...more } },
});

test.each(['.', './', '**/*', '**/*.json', '*.json'])(
  'the input %s holds store and lockfile, and neither counts: the second run has nothing to do',
  async (input) => {
    const project = await Project.create({ 'conf.json': '{}', 'pipeline.json': own({ all: input }) });
    expect((await project.run()).executed).toEqual(['a']);
    expect((await project.run()).executed).toEqual([]);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
    await project.write('conf.json', '{ "changed": true }');
    expect((await project.run()).executed).toEqual(['a']);
  },
);

test.each([
  'cache/objects',
  './cache/',
  'x/../cache',
  'cache/**/*.json',
  'pipeline.lock.json',
  'link/objects',
  'pipeline.lock/a',
])('the input %s lies in the store or is the lockfile: refused with its place', async (input) => {
  const project = await Project.create({ 'pipeline.json': own({ all: input }), 'cache/objects/x': '', 'x/y': '' });
  await project.shell('ln -s cache link');
  const { err, code } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toMatch(
    /^pipeline\.json:\d+:\d+ error: input "all" reads .*: the (store|lockfile|committed outputs) of Pretext$/m,
  );
});

test('a folder called cache is an input like any other where the store lies elsewhere', async () => {
  const project = await Project.create({
    'pipeline.json': own({ all: 'cache' }),
    'cache/mine.txt': 'x',
    '.pipelinerc.json': { store: 'elsewhere' },
  });
  const { code, err } = await project.pipeline(['run']);
  expect(err).not.toContain('error:');
  expect(code).toBe(0);
  const into = { outputs: { o: { file: 'o.json', publish: 'elsewhere/o.json' } } };
  await project.write('pipeline.json', own({}, into));
  expect((await project.pipeline(['run'])).err).toContain('elsewhere/o.json is inside elsewhere');
});

test('one file by two paths, through a link, is one file: as a published place and as an input', async () => {
  const out = (publish: string) => ({ file: 'x.txt', publish });
  const stage = (publish: string, inputs: object = {}) => ({ command: 'true', inputs, outputs: { o: out(publish) } });
  const project = await Project.create({
    'pipeline.json': { stages: { a: stage('out/x.txt'), b: stage('link/x.txt') } },
    'out/.keep': '',
  });
  await project.shell('ln -s out link');
  const twice = await project.pipeline(['run']);
  expect(twice.code).toBe(2);
  expect(twice.err).toContain('out/x.txt and link/x.txt are one file by a link, published by a and b');
  for (const input of ['link/x.txt', 'link', 'link/*.txt', '.']) {
    await project.write('pipeline.json', { stages: { a: stage('out/x.txt'), b: stage('b.txt', { i: input }) } });
    const { code, err } = await project.pipeline(['run']);
    expect(code).toBe(2);
    expect(err).toMatch(/input "i" reads (out\/x|b)\.txt, which ("a"|this stage itself) publishes/);
  }
  await project.write('pipeline.json', { stages: { a: stage('link/x.txt') } });
  await project.shell('rm link; ln -s cache link');
  expect((await project.pipeline(['run'])).err).toContain('link/x.txt is inside cache, which has its own keeper');
});

test('a stage that reads its own output, by reference or by its published file, is told that it cannot', async () => {
  const project = await Project.create({
    'pipeline.json': { stages: { a: { command: 'true', inputs: { x: '@a/o' }, outputs: { o: 'o.txt' } } } },
  });
  expect((await project.pipeline(['run'])).err).toContain('stage "a" reads its own output');
  await project.write(
    'pipeline.json',
    own({ x: 'out.json' }, { outputs: { o: { file: 'o.json', publish: 'out.json' } } }),
  );
  const { err } = await project.pipeline(['run']);
  expect(err).toContain('input "x" reads out.json, which this stage itself publishes');
  expect(err).toContain('A stage cannot wait for its own output');
});

test('a variable that is listed twice is refused; as plain and as secret, nothing of it is written', async () => {
  const project = await Project.create({
    'pipeline.json': own({}, { env: ['TOKEN', { name: 'TOKEN', secret: true }] }),
  });
  const { err, code } = await project.pipeline(['run'], { env: { TOKEN: 's3cret' } });
  expect(code).toBe(2);
  expect(err).toContain('the variable TOKEN is listed both as plain and as secret');
  expect(project.exists('pipeline.lock.json')).toBe(false);
  await project.write('pipeline.json', own({}, { env: ['TZ', 'TZ'] }));
  expect((await project.pipeline(['run'])).err).toContain('the variable TZ is listed twice');
});
