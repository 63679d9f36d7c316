import { Ajv } from 'ajv';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** Copies the undeclared file `now` beside its declared input, like a stage that is not reproducible. */
const drifting = (file: string) => ({
  'pipeline.json': pipelineOf({
    train: shell(
      'cp now ${outputs.out}',
      { data: 'data.txt' },
      { outputs: { out: { file, publish: `published-${file}` } } },
    ),
  }),
  'data.txt': 'data',
});

test('a result that comes out the same is identical, and stays as it was; the verdict is kept for `show`', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      prepare: shell('cat ${inputs.data} > ${outputs.out}', { data: 'data.txt' }),
      train: shell('echo x >> executions; cat ${inputs.x} > ${outputs.out}', {
        x: { stage: 'prepare', output: 'out' },
      }),
    }),
    'data.txt': 'data',
  });
  await project.run();
  const lock = await project.read('pipeline.lock.json');
  const before = JSON.parse((await project.pipeline(['show', 'train', '--json'])).out) as object;
  const { code, out } = await project.pipeline(['run', '--audit', 'train']);
  expect(code).toBe(0);
  expect(out).toMatch(/^train +done +identical/m);
  expect(await project.read('executions')).toBe('x\nx\n');
  expect(await project.read('pipeline.lock.json')).toBe(lock);
  expect((await project.run()).executed).toEqual([]);
  expect((await project.pipeline(['show', 'train'])).out).toMatch(/executed once more\n +found +identical\n/);
  const { audit, ...record } = JSON.parse((await project.pipeline(['show', 'train', '--json'])).out) as {
    audit: object;
  };
  expect(record).toEqual(before);
  expect(audit).toMatchObject({ verdict: 'identical', instance: 'train', outputs: { out: { verdict: 'identical' } } });
});

test.each([
  [
    'metrics.json',
    '{"loss": [0.5, 0.25]}',
    '{"loss": [0.5, 0.2500001]}',
    'loss[1]: 0.25 -> 0.2500001',
    { 'loss[]': { values: 1, maxAbsolute: 1e-7, maxRelative: 4e-7 } },
  ],
  [
    'table.csv',
    'id,score\na,1\nb,2\n',
    'id,score\na,1\nb,2.0000001\n',
    'row 3, score: 2 -> 2.0000001',
    { score: { values: 1, maxAbsolute: 1e-7, maxRelative: 5e-8 } },
  ],
])(
  'numbers of %s that are nearly equal are within the tolerance, and it is told how near',
  async (file, recorded, now, first, fields) => {
    const project = await Project.create({ ...drifting(file), now: recorded });
    await project.run();
    await project.write('now', now);
    const near = await project.run('--audit');
    expect(near.code).toBe(0);
    expect(near.of('audited')[0]!.audit).toMatchObject({
      verdict: 'within',
      tolerance: 1e-6,
      outputs: { out: { verdict: 'within', first, fields } },
    });
    const far = await project.run('--audit', '--tolerance', '1e-9');
    expect(far.code).toBe(3);
    expect(far.of('audited')[0]!.audit).toMatchObject({ verdict: 'different', outputs: { out: { first, fields } } });
    expect(await project.read(`published-${file}`)).toBe(recorded);
  },
);

test('a result that comes out otherwise ends with exit code 3, says where, and replaces nothing', async () => {
  const project = await Project.create({ ...drifting('out.txt'), now: 'first' });
  await project.run();
  await project.write('now', 'fires');
  const { code, err, out } = await project.pipeline(['run', '--audit', 'train']);
  expect(code).toBe(3);
  expect(err).toMatch(/ DIFFERS {2}train {2}output out differs, first at byte 3$/m);
  expect(out).toMatch(/^train +done +output out differs, first at byte 3/m);
  expect(await project.read('published-out.txt')).toBe('first');
  expect((await project.run()).executed).toEqual([]);
  expect((await project.pipeline(['show', 'train'])).out).toContain('output out differs, first at byte 3');
});

test('an audit begins without the checkpoint of an unfinished execution', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell(
        'ls $PIPELINE_CHECKPOINT | wc -l > ${outputs.out}; touch $PIPELINE_CHECKPOINT/step; test ! -e broken',
        {},
      ),
    }),
  });
  await project.run();
  await project.write('broken', '');
  await project.run('--force'); // leaves a checkpoint
  await project.remove('broken');
  const run = await project.run('--audit');
  expect(run.code).toBe(0);
  expect(run.of('audited')[0]!.audit).toMatchObject({ verdict: 'identical' });
});

test('what is not up to date cannot be audited; nor can an execution be forced and audited at once', async () => {
  const project = await Project.create({ ...drifting('out.txt'), now: 'first' });
  const { code, err } = await project.pipeline(['run', '--audit', 'train']);
  expect(code).toBe(2);
  expect(err).toBe('error: train has no result to compare with: never run\n  Make it first: pipeline run train\n');
  expect((await project.pipeline(['run', '--audit', '--force'])).code).toBe(2);
});

test('a stage that fails when it is executed again is a failure, with exit code 1', async () => {
  const project = await Project.create({ ...drifting('out.txt'), now: 'first' });
  await project.run();
  await project.remove('now');
  const run = await project.run('--audit');
  expect(run.code).toBe(1);
  expect(run.ids('failed')).toEqual(['train']);
  expect(run.of('audited')).toEqual([]);
});

test('an audit is part of the lineage that a later stage sees, and of no fingerprint', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('echo 1 > ${outputs.out}'),
      report: {
        module: 'report.mjs',
        inputs: { x: { stage: 'train', output: 'out' } },
        outputs: { out: { file: 'out.json', publish: 'out.json' } },
      },
    }),
    'report.mjs': `import { writeFileSync } from 'node:fs';
export default function (stage) { writeFileSync(stage.outputs.out, JSON.stringify(stage.lineage.map(({ id, audit }) => [id, audit?.verdict ?? null]))); }
`,
  });
  await project.run();
  expect(JSON.parse(await project.read('out.json'))).toEqual([['train', null]]);
  await project.run('--audit', 'train');
  expect((await project.run()).executed).toEqual([]);
  await project.run('--force', 'report');
  expect(JSON.parse(await project.read('out.json'))).toEqual([['train', 'identical']]);
});

test('the events of an audit are as schema/events.schema.json says', async () => {
  const project = await Project.create({ ...drifting('out.json'), now: '{"a":1}' });
  await project.run();
  await project.write('now', '{"a":2}');
  const schema = JSON.parse(
    await readFile(path.resolve(import.meta.dirname, '../schema/events.schema.json'), 'utf8'),
  ) as object;
  const validate = new Ajv({ allowUnionTypes: true, strictRequired: false, formats: { 'date-time': true } }).compile(
    schema,
  );
  for (const event of (await project.run('--audit')).events)
    expect([event, validate(event), validate.errors]).toEqual([event, true, null]);
});
