import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const talkative = {
  'pipeline.json': pipelineOf({
    train: { module: 'train.mjs', outputs: { out: 'out.txt' } },
    broken: shell('exit 3'),
    after: shell('true', { x: { stage: 'broken', output: 'out' } }),
  }),
  'train.mjs': `import { writeFileSync } from 'node:fs';
export default async function (stage) {
  stage.progress({ done: 1, total: 2, unit: 'epochs', note: 'warm-up' });
  stage.metric('loss', 0.5, 1);
  stage.warn('embeddings collapse');
  stage.record({ engine: 'none' });
  writeFileSync(stage.outputs.out, 'x');
}
`,
};

test('run --json prints one event a line, numbered, the plan first and the summary last', async () => {
  const project = await Project.create(talkative);
  const { events, code } = await project.run('--keep-going');
  expect(code).toBe(1);
  expect(events.map(({ v }) => v)).toEqual(events.map(() => 1));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(events[0]).toMatchObject({ type: 'plan', counts: { run: 3 } });
  expect(events.at(-1)).toMatchObject({
    type: 'finished',
    summary: { outcome: 'failed', counts: { executed: 1, failed: 1, blocked: 1 } },
  });
});

test('what a stage reports arrives as events', async () => {
  const project = await Project.create(talkative);
  const run = await project.run('train');
  expect(run.of('progress')[0]).toMatchObject({ id: 'train', done: 1, total: 2, unit: 'epochs', note: 'warm-up' });
  expect(run.of('metric')[0]).toMatchObject({ id: 'train', name: 'loss', value: 0.5, step: 1 });
  expect(run.of('warning')[0]).toMatchObject({ id: 'train', message: 'embeddings collapse' });
  expect(run.of('succeeded')[0]).toMatchObject({
    record: { execution: { notes: { engine: 'none' }, metrics: { loss: 0.5 } } },
  });
});

test('every event is as schema/events.schema.json says', async () => {
  const schema = JSON.parse(
    await readFile(path.resolve(import.meta.dirname, '../schema/events.schema.json'), 'utf8'),
  ) as object;
  const validate = new Ajv({ allowUnionTypes: true, strictRequired: false, formats: { 'date-time': true } }).compile(
    schema,
  );
  const project = await Project.create(talkative);
  const runs = [await project.run('--keep-going'), await project.run('train'), await project.run('train', '--force')];
  const faults = runs
    .flatMap(({ events }) => events)
    .flatMap((event) => (validate(event) ? [] : [{ event, errors: validate.errors }]));
  expect(faults).toEqual([]);
});
