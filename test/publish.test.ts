import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const published = {
  'pipeline.json': pipelineOf({
    report: shell(
      'echo result > ${outputs.out}',
      {},
      { outputs: { out: { file: 'out.txt', publish: 'reports/out.txt' } } },
    ),
  }),
};

test('a published file is named at the end of the run', async () => {
  const project = await Project.create(published);
  expect((await project.pipeline(['run'])).out).toContain('Published: reports/out.txt\n');
  expect(await project.read('reports/out.txt')).toBe('result\n');
});

test('a published file that was deleted is restored without executing anything', async () => {
  const project = await Project.create(published);
  await project.run();
  await project.remove('reports/out.txt');
  expect((await project.pipeline(['why', 'report'])).out).toContain('reports/out.txt is missing');
  const run = await project.run();
  expect(run.ids('restored')).toEqual(['report']);
  expect(run.executed).toEqual([]);
  expect(await project.read('reports/out.txt')).toBe('result\n');
});

test('a published file that somebody edited is not overwritten in silence', async () => {
  const project = await Project.create(published);
  await project.run();
  await project.write('reports/out.txt', 'my notes\n');
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('reports/out.txt');
  expect(await project.read('reports/out.txt')).toBe('my notes\n');
});

test('a file that was there before the pipeline is not overwritten', async () => {
  const project = await Project.create({ ...published, 'reports/out.txt': 'mine\n' });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('reports/out.txt holds a file that this pipeline did not write');
  expect(await project.read('reports/out.txt')).toBe('mine\n');
});
