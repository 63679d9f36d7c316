import { expect, test } from 'vitest';
import { instanceOf, load, pipelineOf, shownFaults } from '../project.test-support.ts';

const PARAMS = {
  train: { epochs: 10, rate: 0.1, net: { width: 8, depth: 2 } },
  network: 'resnet18',
  size: 64,
  list: [1, 2],
  'odd.name': { 'a b': 1 },
};

async function paramsOf(params: unknown, set: readonly string[] = [], more: object = {}) {
  const pipeline = await pipelineOf(
    { 'pipeline.json': { params: PARAMS, stages: { a: { command: 'true', params, matrix: { seed: [7] }, ...more } } } },
    set,
  );
  return instanceOf(pipeline, 'a:seed=7').params;
}

test.each([
  [['${params.train}'], PARAMS.train],
  [['${params.train.net}', { width: 4 }], { width: 4, depth: 2 }],
  [['${params.train.{epochs,rate}}', { seed: '${seed}' }], { epochs: 10, rate: 0.1, seed: 7 }],
  [['${params.{network,size}}'], { network: 'resnet18', size: 64 }],
  [['${params}', { train: { rate: 1 } }], { ...PARAMS, train: { ...PARAMS.train, rate: 1 } }],
  [[{ rate: 1 }, '${params.train.{rate}}'], { rate: 0.1 }],
  [['${params.train.{rate}}', { rate: 1 }], { rate: 1 }],
  [['${params.train}', { net: { depth: 3 } }], { epochs: 10, rate: 0.1, net: { width: 8, depth: 3 } }],
  [[{ net: { extra: 1 } }, '${params.train.{net}}'], { net: { extra: 1, width: 8, depth: 2 } }],
  [['${params.train}', { net: '${params.size}' }], { epochs: 10, rate: 0.1, net: 64 }],
  [['${params.train}', { net: null }], { epochs: 10, rate: 0.1, net: null }],
  [[], {}],
])('%j: objects merge, and later items win', async (params, expected) => {
  expect(await paramsOf(params)).toEqual(expected);
});

test('items are looked up after --set', async () => {
  expect(await paramsOf(['${params.train}'], ['train={"steps":5}'])).toEqual({ steps: 5 });
  expect(await paramsOf(['${params.train.{epochs}}'], ['train.epochs=3'])).toEqual({ epochs: 3 });
});

test('a template comes first, then the base file, then the file itself', async () => {
  const base = {
    templates: { t: { params: { a: 1, b: 1, c: 1, deep: { x: 1, y: 1 } } } },
    stages: { s: { extends: 't', command: 'true', params: { b: 2, c: 2 } } },
  };
  const over = { extends: 'base.json', stages: { s: { params: [{ c: 3 }, { deep: { y: 3 } }] } } };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  expect(instanceOf(pipeline, 's').params).toEqual({ a: 1, b: 2, c: 3, deep: { x: 1, y: 3 } });
});

test('only the parameters that are taken count as used', async () => {
  const loaded = await load({
    'pipeline.json': {
      params: { train: { epochs: 1, rate: 2, depth: 3 } },
      stages: { a: { command: 'true', params: ['${params.train.{epochs,rate}}', { rate: 5 }] } },
    },
  });
  expect(loaded.ok && loaded.value.warnings.map(({ message }) => message)).toEqual([
    'no stage uses the parameter "train.rate"',
    'no stage uses the parameter "train.depth"',
  ]);
});

test('a command sees the parameters of a list under their names', async () => {
  const command = 'train ${params.epochs} ${params.seed} ${params.size}';
  expect(await paramsOf(['${params.train.{epochs}}', { seed: '${seed}' }], [], { command })).toEqual({
    epochs: 10,
    seed: 7,
    size: 64,
  });
});

test.each([
  ['${params.trian}', '["${params.trian}"] unknown-param: there is no parameter "trian"'],
  ['${params.train.{epochs,rat}}', '[rat] unknown-param: there is no parameter "train.rat"'],
  ['${params.train.{epochs,}}', '[}] unknown-param: there is no parameter "train."'],
  [
    '${params.size}',
    '["${params.size}"] wrong-type: expected an object of parameters, and ${params.size} is the number 64',
  ],
  ['${params.list}', '["${params.list}"] wrong-type: expected an object of parameters, and ${params.list} is a list'],
  ['${seed}', '["${seed}"] malformed-placeholder: "${seed}" is no object of parameters'],
  ['train', '["train"] malformed-placeholder: "train" is no object of parameters'],
  ['${params.train} ', '["${params.train} "] malformed-placeholder: "${params.train} " is no object of parameters'],
  [3, '[3] wrong-type: expected an object, "${params.name}" or "${params.name.{a,b}}", got the number 3'],
])('the item %j is refused, and the word at fault is underlined', async (item, fault) => {
  const stages = { a: { command: 'x ${params.rate}', params: [{ ok: 1 }, item] } };
  const shown = await shownFaults({ 'pipeline.json': { params: PARAMS, stages } });
  expect(shown).toEqual([`pipeline.json:1 ${fault}`]);
});
