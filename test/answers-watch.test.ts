import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const pipeline = (word: string): object =>
  pipelineOf({
    copy: shell(
      `echo ${word} >> log; test ! -e data/broken; cat \${inputs.data}/* > \${outputs.out}`,
      { data: 'data' },
      { outputs: { out: { file: 'out.txt', publish: 'out.txt' } } },
    ),
  });

test('watch runs at once, again after each edit of an input or of the pipeline file, and ends with Ctrl-C', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline('first'), 'data/a': '1\n' });
  const watching = project.start(['watch', '--progress', 'plain']);
  await project.holds('out.txt', '1\n');
  await project.write('data/b', '2\n');
  await project.holds('out.txt', '1\n2\n');
  await project.write('pipeline.json', pipeline('second'));
  await project.holds('log', 'first\nfirst\nsecond\n');
  await watching.waits(3);
  watching.signal('SIGINT');
  const { code, err } = await watching.ended;
  expect({ code, err: err.includes('error') }).toEqual({ code: 130, err: false });
});

test('a broken pipeline file shows its faults, once, and a mended one runs', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline('first'), 'data/a': '1\n' });
  const watching = project.start(['watch', '--progress', 'plain']);
  await watching.waits(1);
  await project.write('pipeline.json', '{ "stages": ');
  await watching.waits(2);
  await project.write('pipeline.json', pipeline('mended'));
  await watching.waits(3);
  expect(await project.read('log')).toBe('first\nmended\n');
  watching.signal('SIGTERM');
  const { code, err } = await watching.ended;
  expect(code).toBe(143);
  expect(err.match(/pipeline\.json:1:\d+ error/g)).toHaveLength(1);
});

test('what failed is not tried again because of a file that it does not read, but is once its input is mended', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline('tried'), 'data/a': '1\n', 'data/broken': '' });
  const watching = project.start(['watch', '--progress', 'plain']);
  await watching.waits(1);
  await project.write('notes.txt', 'not an input');
  await project.remove('data/broken');
  await project.holds('out.txt', '1\n');
  await watching.waits(2);
  expect(await project.read('log')).toBe('tried\ntried\n');
  watching.signal('SIGINT');
  expect((await watching.ended).code).toBe(130);
});
