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
