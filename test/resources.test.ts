import { expect, test } from 'vitest';
import type { Run } from './rig.test-support.ts';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** Two instances of a stage; each says that it is there, and then waits for `go`. */
const pair = (resources: object) => ({
  'pipeline.json': pipelineOf({
    work: shell(
      'touch here-${params.n}; while [ ! -e go ]; do sleep 0.02; done; ls here-* | wc -l > ${outputs.out}',
      {},
      { matrix: { n: [0, 1] }, params: { n: '${n}' }, resources },
    ),
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
    'pipeline.json': pipelineOf({
      tell: shell(
        'echo $PIPELINE_CPUS $OMP_NUM_THREADS > ${outputs.out}',
        {},
        { resources: { cpu: 1 }, outputs: { out: { file: 'out.txt', publish: 'told.txt' } } },
      ),
    }),
  });
  await project.run();
  expect(await project.read('told.txt')).toBe('1 1\n');
});

test('what the user counts is shared out: as many at the same time as there are slots', async () => {
  const project = await Project.create(pair({ licence: 1 }));
  const run = project.start(['run', '--json', '--jobs', '2', '--slots', 'licence=2']);
  await Promise.all([project.appears('here-0'), project.appears('here-1')]);
  await project.write('go', '');
  expect((await run.ended).code).toBe(0);
  expect(overlaps(await project.run('--force', '--jobs', '2'))).toBe(false);
  expect(overlaps(await project.run('--force', '--jobs', '2', '--slots', 'cpu=1', '--slots', 'licence=2'))).toBe(false);
});

test('a stage is told the memory that was set aside for it', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      tell: shell(
        'echo $PIPELINE_MEMORY > ${outputs.out}',
        {},
        { resources: { memory: '4 KiB' }, outputs: { out: { file: 'out.txt', publish: 'told.txt' } } },
      ),
    }),
  });
  await project.run();
  expect(await project.read('told.txt')).toBe('4096\n');
});

test('a demand that can never be met is refused at the start, with what would help; nothing runs', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      first: shell('echo 1 > ${outputs.out}'),
      solve: shell('echo 2 > ${outputs.out}', {}, { resources: { licence: 3 } }),
      sort: shell('echo 3 > ${outputs.out}', {}, { resources: { memory: '900 TiB' } }),
    }),
    '.pipelinerc.json': { slots: { licence: 2 } },
  });
  const { code, err, out } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toMatch(
    /^error: solve: requests 3 of licence; available: 2\n {2}If there are more, set the total: --slots licence=3, or `slots` in the settings\.\n/m,
  );
  expect(err).toMatch(
    /^error: sort: requests 900 TiB of memory; available: [\d.]+ GiB\n {2}Lower `memory` in its resources\./m,
  );
  expect(out).toBe('');
  expect((await project.run('--slots', 'licence=3', '--slots', 'memory=1000TiB')).executed).toEqual([
    'first',
    'solve',
    'sort',
  ]);
});

test.each(['licence', 'licence=none', '=2', 'gpu=2', 'jobs=3', 'memory=8 GB of RAM'])(
  '--slots %s is refused with the allowed values',
  async (word) => {
    const project = await Project.create(pair({ cpu: 1 }));
    const { code, err } = await project.pipeline(['run', '--slots', word]);
    expect([code, err]).toEqual([2, expect.stringContaining('Expected name=amount with')]);
  },
);

/** True if an instance started before the previously started one had ended. */
function overlaps(run: Run): boolean {
  const order = run.events.filter(({ type }) => type === 'started' || type === 'succeeded').map(({ type }) => type);
  return order.some((type, index) => type === 'started' && order[index + 1] === 'started');
}

test.each([['run', '-n'], ['status'], ['status', '--json']])(
  'that there is no GPU is said before the run too: pipeline %s %s',
  async (...words) => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ train: shell('echo 1 > ${outputs.out}', {}, { resources: { gpu: 1 } }) }),
    });
    const { code, err } = await project.pipeline(words);
    expect(code).toBe(0);
    expect(err).toMatch(/^No GPU was found: the processor replaces it in train/m);
  },
);
