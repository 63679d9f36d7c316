import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const report = (text: string, place: string, file = 'r.txt') =>
  pipelineOf({
    report: shell(`echo ${text} > \${outputs.out}`, {}, { outputs: { out: { file, publish: place } } }),
  });

/** Commands of the second pipeline that would write, or say that all is well. */
const REFUSED = [
  ['run'],
  ['run', '--force'],
  ['run', '-n'],
  ['status'],
  ['status', '--check'],
  ['check'],
  ['checkout'],
  ['checkout', '--force'],
].map((words) => [...words, '--pipeline', 'other.json']);

async function published(place = 'out/r.txt'): Promise<Project> {
  const project = await Project.create({
    'pipeline.json': report('first', 'out/r.txt'),
    'other.json': report('second', place),
  });
  expect((await project.run()).code).toBe(0);
  return project;
}

test('the second pipeline file that publishes to a place is refused with both names, before it does anything', async () => {
  const project = await published();
  for (const words of REFUSED) {
    const { code, err } = await project.pipeline(words);
    expect({ words, code }).toEqual({ words, code: 2 });
    expect(err).toContain(
      'out/r.txt is published by report of pipeline.json, and report of other.json publishes out/r.txt',
    );
  }
  expect(project.exists('other.lock.json')).toBe(false);
  expect(await project.read('out/r.txt')).toBe('first\n');
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
});

test('a place inside the published folder of another pipeline file counts, and so does one around it, also through links', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      a: shell('echo 1 > ${outputs.out}/f', {}, { outputs: { out: { file: 'o/', publish: 'out/deep' } } }),
    }),
    'inside.json': report('x', 'out/deep/page/r.txt'),
    'beside.json': report('x', 'out/deeper'),
    'around.json': pipelineOf({
      a: shell('echo 1 > ${outputs.out}/f', {}, { outputs: { out: { file: 'o/', publish: 'out' } } }),
    }),
    'link.json': report('x', 'link/deep/r.txt'),
  });
  await project.shell('ln -s out link');
  expect((await project.run()).code).toBe(0);
  for (const name of ['inside', 'around', 'link']) {
    expect((await project.pipeline(['run', '--pipeline', `${name}.json`])).err).toContain(
      'is published by a of pipeline.json',
    );
  }
  expect((await project.pipeline(['run', '--pipeline', 'beside.json'])).code).toBe(0);
});

test.each<[string, (project: Project) => Promise<unknown>]>([
  ['gone', (project) => project.remove('pipeline.json')],
  ['renamed', (project) => project.shell('mv pipeline.json first.json')],
  ['changed', (project) => project.write('pipeline.json', report('first', 'out/elsewhere.txt'))],
  ['broken', (project) => project.write('pipeline.json', '{')],
])('the place is free once the first pipeline file is %s', async (_, change) => {
  const project = await published();
  expect((await project.pipeline(['run', '--pipeline', 'other.json'])).code).toBe(2);
  await change(project);
  expect((await project.pipeline(['run', '--pipeline', 'other.json'])).code).toBe(0);
  expect(await project.read('out/r.txt')).toBe('second\n');
});

test('the refusal survives the removal of the store, by the lockfile of the first', async () => {
  const project = await published();
  await project.remove('cache');
  expect((await project.pipeline(['run', '--pipeline', 'other.json'])).code).toBe(2);
  await project.remove('pipeline.lock.json');
  await project.remove('out');
  expect((await project.pipeline(['run', '--pipeline', 'other.json'])).code).toBe(0);
});

test('two projects on one store that publish to one place are told of each other', async () => {
  const project = await Project.create({
    'a/pipeline.json': report('a', 'link/r.txt'),
    'b/pipeline.json': report('b', 'link/r.txt'),
    'a/.pipelinerc.json': { store: '../store' },
    'b/.pipelinerc.json': { store: '../store' },
    'shared/readme': '',
  });
  await project.shell('ln -s ../shared a/link && ln -s ../shared b/link');
  expect((await project.pipeline(['run'], { folder: 'a' })).code).toBe(0);
  const { code, err } = await project.pipeline(['run'], { folder: 'b' });
  expect(code).toBe(2);
  expect(err).toContain('report of ../a/pipeline.json');
});
