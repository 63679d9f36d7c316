import { expect, test } from 'vitest';
import { load, pipelineOf } from '../project.test-support.ts';

const files = {
  'package.json': '{}',
  'base.json': {
    name: 'n',
    params: { seeds: [0, 1], train: { epochs: 1, rate: 2 }, start: '@pre/o' },
    axes: {
      seed: '${params.seeds}',
      model: { M1: { w: null, t: '@x/y' }, M2: { w: '@pre:s=0/o', t: '@x/y' } },
    },
    templates: { t: { outputs: { o: 'o.bin', p: { file: 'p.bin' } }, publish: 'out/${stage}/${s}/' } },
    stages: { pre: { extends: 't', matrix: { s: [0, 1] }, command: 'x ${stage}' } },
  },
  'over.json': {
    extends: 'base.json',
    stages: {
      fine: {
        matrix: ['model', 'seed'],
        command: 'true',
        inputs: ['@pre:s=1/*', '@pre:*/{o}', { w: '${model.w}', t: 'x.csv' }],
        params: ['${params.train}', { rate: 3, t: '${model.t}' }],
      },
    },
  },
};

async function objectForm() {
  const loaded = await load(files, ['train.epochs=9']);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error.diagnostics));
  return loaded.value;
}

test('everything is written out: merged, with the settings, and with references as objects', async () => {
  expect((await objectForm()).objectForm()).toEqual({
    name: 'n',
    params: { seeds: [0, 1], train: { epochs: 9, rate: 2 }, start: '@pre/o' },
    stages: {
      pre: {
        matrix: { s: [0, 1] },
        command: 'x pre',
        outputs: {
          o: { file: 'o.bin', publish: 'out/pre/${s}/o.bin' },
          p: { file: 'p.bin', publish: 'out/pre/${s}/p.bin' },
        },
      },
      fine: {
        matrix: {
          // `t` is read as text, so it stays text.
          model: { M1: { w: null, t: '@x/y' }, M2: { w: { stage: 'pre', output: 'o', where: { s: 0 } }, t: '@x/y' } },
          seed: '${params.seeds}',
        },
        command: 'true',
        inputs: {
          o: { stage: 'pre', output: 'o', gather: true },
          p: { stage: 'pre', output: 'p', where: { s: 1 } },
          w: '${model.w}',
          t: 'x.csv',
        },
        params: { epochs: '${params.train.epochs}', rate: 3, t: '${model.t}' },
      },
    },
  });
});

test('the object form is a pipeline that means the same', async () => {
  const { pipeline, objectForm: form } = await objectForm();
  const again = await pipelineOf({ 'package.json': '{}', 'again.json': form() });
  const meaning = ({ instances }: typeof pipeline) =>
    instances.map(({ location, ...instance }) => [location.length > 0, instance]);
  expect(meaning(again)).toEqual(meaning(pipeline));
});
