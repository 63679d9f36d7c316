import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const one = pipelineOf({ greet: shell('echo hello > ${outputs.out}') });

test('.pipelinerc.json chooses pipeline file, store and how progress is shown', async () => {
  const project = await Project.create({
    'flows/study.json': one,
    'pipeline.json': '{}',
    '.pipelinerc.json': { pipeline: 'flows/study.json', store: 'elsewhere', progress: 'quiet' },
  });
  const { code, out, err } = await project.pipeline(['run']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Done after [\d.]+s: 1 executed\.\n$/);
  expect(project.exists('elsewhere/objects')).toBe(true);
  expect(project.exists('cache')).toBe(false);
  expect(project.exists('flows/study.lock.json')).toBe(true);
});

test('the key "pipeline" of package.json does, too, and so does YAML', async () => {
  const project = await Project.create({
    'pipeline.json': one,
    'package.json': { name: 'x', pipeline: { progress: 'quiet' } },
  });
  expect((await project.pipeline(['run'])).err).toBe('');
  const yaml = await Project.create({ 'pipeline.json': one, '.pipelinerc': 'progress: quiet\njobs: 1\n' });
  expect((await yaml.pipeline(['run'])).err).toBe('');
});

test('what is typed wins over the settings', async () => {
  const project = await Project.create({ 'pipeline.json': one, '.pipelinerc.json': { progress: 'quiet' } });
  expect((await project.pipeline(['run', '--progress', 'plain'])).err).toMatch(/start +greet/);
});

test('every fault of the settings is reported, with a suggestion', async () => {
  const project = await Project.create({
    'pipeline.json': one,
    '.pipelinerc.json': { job: 2, progress: 'loud', jobs: 0 },
  });
  const { code, err } = await project.pipeline(['status']);
  expect(code).toBe(2);
  expect(err).toContain('unknown setting "job"');
  expect(err).toContain('did you mean "jobs"?');
  expect(err).toContain('progress: expected one of auto, live, plain, quiet, got "loud"');
  expect(err).toContain('jobs: expected an integer >= 1, got 0');
});
