import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** prepare -> train (two seeds) -> report; notes reads nothing. */
const study = {
  'pipeline.json': pipelineOf({
    prepare: shell('cat ${inputs.data} > ${outputs.out}', { data: 'data.txt' }),
    train: shell(
      'echo ${seed} > ${outputs.out}; cat ${inputs.x} >> ${outputs.out}',
      { x: { stage: 'prepare', output: 'out' } },
      { matrix: { seed: [0, 1] } },
    ),
    report: shell('cat ${inputs.runs} > ${outputs.out}', { runs: { stage: 'train', output: 'out', gather: true } }),
    notes: shell('echo notes > ${outputs.out}'),
  }),
  'data.txt': 'one\n',
};

test('--until ends with the target: what it needs runs, what depends on it does not', async () => {
  const project = await Project.create(study);
  expect((await project.run('--until', 'train:seed=1')).executed).toEqual(['prepare', 'train:seed=1']);
  expect((await project.run('--until', 'train', '--until', 'notes')).executed).toEqual(['notes', 'train:seed=0']);
});

test('--from begins with the target, and takes what comes before as it is', async () => {
  const project = await Project.create(study);
  await project.run('--until', 'prepare');
  expect((await project.run('--from', 'train')).executed).toEqual(['report', 'train:seed=0', 'train:seed=1']);
  expect((await project.run('--from', 'train', '--force')).executed).toEqual([
    'report',
    'train:seed=0',
    'train:seed=1',
  ]);
});

test('--from and --until together leave what lies between', async () => {
  const project = await Project.create(study);
  await project.run();
  expect((await project.run('--force', '--from', 'train:seed=0', '--until', 'train')).executed).toEqual([
    'train:seed=0',
  ]);
  expect((await project.run('--force', '--from', 'prepare', '--until', 'train:seed=0')).executed).toEqual([
    'prepare',
    'train:seed=0',
  ]);
});

test('--force with a target executes that one only, in a part of the pipeline too', async () => {
  const project = await Project.create(study);
  await project.run();
  expect((await project.run('train:seed=0', '--force')).executed).toEqual(['train:seed=0']);
  expect((await project.run('report', '--from', 'train', '--force')).executed).toEqual(['report']);
});

test(
  '--from is refused where something before it would have to run first: it is named with its reason, and nothing ' +
    'runs',
  async () => {
    const project = await Project.create(study);
    await project.run();
    await project.write('data.txt', 'another\n');
    for (const words of [['run'], ['run', '--dry-run']]) {
      const { code, err, out } = await project.pipeline([...words, '--from', 'report']);
      expect(code).toBe(2);
      expect(err).toContain('error: prepare would have to run first: data.txt changed');
      expect(err).toContain('error: train:seed=0 would have to run first: input x of prepare will change');
      expect(err).toContain('pipeline run prepare');
      expect(out).toBe('');
    }
    await project.remove('data.txt');
    expect((await project.pipeline(['run', '--from', 'train'])).err).toContain(
      'error: prepare cannot run, and the run cannot begin after it: input data is missing: data.txt',
    );
  },
);

test('what comes before --from is restored from the store where only its record is there', async () => {
  const project = await Project.create(study);
  await project.run();
  await project.remove('pipeline.lock.json');
  const run = await project.run('--from', 'report', '--force');
  expect(run.executed).toEqual(['report']);
  expect(run.ids('restored')).toEqual(['prepare', 'train:seed=0', 'train:seed=1']);
});

test('`status` shows the part that a run with the same options is about', async () => {
  const project = await Project.create(study);
  await project.run('--until', 'train:seed=0');
  expect((await project.pipeline(['status', '--check', '--until', 'train:seed=0'])).code).toBe(0);
  expect((await project.pipeline(['status', '--check', '--from', 'train'])).code).toBe(3);
});

test('a target that is left nothing of is refused', async () => {
  const project = await Project.create(study);
  const { code, err } = await project.pipeline(['run', 'notes', '--from', 'train']);
  expect(code).toBe(2);
  expect(err).toContain('nothing would run: notes does not depend on train');
});

test('an instance that only another pipeline file of the project ran has never run', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('echo ${params.epochs} > ${outputs.out}', {}, { params: { epochs: 40 } }),
    }),
    'pipelines/small.json': pipelineOf({
      train: shell('echo ${params.epochs} > ${outputs.out}', {}, { params: { epochs: 1 } }),
    }),
  });
  await project.run();
  const why = await project.pipeline(['why', 'train', '--pipeline', 'pipelines/small.json']);
  expect(why.out).toBe('train will run:\n  never run\n');
});
