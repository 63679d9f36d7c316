import { expect, test } from 'vitest';
import type { Run} from './rig.ts';
import { pipelineOf, Project, shell } from './rig.ts';

/** Two instances of a stage; each says that it is there, and then waits for `go`. */
const pair = (resources: object) => ({
  'pipeline.json': pipelineOf({
    work: shell('touch here-${params.n}; while [ ! -e go ]; do sleep 0.02; done; ls here-* | wc -l > ${outputs.out}', {}, { matrix: { n: [0, 1] }, params: { n: '${n}' }, resources }),
  }),
});

test('independent instances run at the same time', async () => {
  const project = await Project.create(pair({ cpu: 1 }));
  const run = project.start(['run', '--json', '--jobs', '2']);
  await Promise.all([project.appears('here-0'), project.appears('here-1')]);
  await project.write('go', '');
  expect((await run.ended).code).toBe(0);
});

test('--jobs 1 runs one at a time', async () => {
  const project = await Project.create(pair({ cpu: 1 }));
  await project.write('go', '');
  expect(overlaps(await project.run('--jobs', '1'))).toBe(false);
});

test('gpu stages run one at a time where there is no GPU, and the run says so; --require-gpu refuses', async () => {
  const project = await Project.create(pair({ gpu: 1 }));
  await project.write('go', '');
  const refused = await project.pipeline(['run', '--require-gpu'], { env: { CUDA_VISIBLE_DEVICES: '' } });
  expect(refused.code).toBe(2);
  const run = await project.run('--jobs', '2');
  expect(run.code).toBe(0);
  expect(overlaps(run)).toBe(false);
  expect(run.of('notice')).toEqual([expect.objectContaining({ message: expect.stringMatching(/GPU/) as string })]);
});

test('a stage is told how many threads it was given', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ tell: shell('echo $PIPELINE_CPUS $OMP_NUM_THREADS > ${outputs.out}', {}, { resources: { cpu: 1 }, outputs: { out: { file: 'out.txt', publish: 'told.txt' } } }) }),
  });
  await project.run();
  expect(await project.read('told.txt')).toBe('1 1\n');
});

/** Whether an instance started before the one that had started last was over. */
function overlaps(run: Run): boolean {
  const order = run.events.filter(({ type }) => type === 'started' || type === 'succeeded').map(({ type }) => type);
  return order.some((type, index) => type === 'started' && order[index + 1] === 'started');
}
