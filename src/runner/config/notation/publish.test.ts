import { expect, test } from 'vitest';
import { instanceOf, pipelineOf, shownFaults } from '../project.test-support.ts';

const outputs = { page: 'index.html', own: { file: 'own.txt', publish: 'else/own.txt' }, folder: { file: 'figures/' } };
const placesOf = async (stage: object, more: object = {}) => {
  const pipeline = await pipelineOf({
    'pipeline.json': { ...more, stages: { report: { command: 'true', outputs, ...stage } } },
  });
  return pipeline.instances.map(({ outputs: made }) =>
    Object.fromEntries(Object.entries(made).map(([name, { publish }]) => [name, publish])),
  );
};

test('every output without a place of its own is published under its file name', async () => {
  expect(await placesOf({ publish: 'reports/' })).toEqual([
    { page: 'reports/index.html', own: 'else/own.txt', folder: 'reports/figures' },
  ]);
  expect(await placesOf({ publish: './' })).toEqual([{ page: 'index.html', own: 'else/own.txt', folder: 'figures' }]);
});

test('axes, parameters and the name of the stage may stand in the folder', async () => {
  const matrix = { d: ['x', 'y'] };
  const own = { own: { publish: 'else/${d}' } };
  const more = { params: { top: 'out' }, templates: { t: { publish: '${params.top}/${stage}/${d}/', outputs: own } } };
  const stage = { extends: 't', matrix, outputs: { page: 'p.html', own: 'own.txt' } };
  expect(await placesOf(stage, more)).toEqual([
    { own: 'else/x', page: 'out/report/x/p.html' },
    { own: 'else/y', page: 'out/report/y/p.html' },
  ]);
});

test('the place that counts is looked for after files and templates are merged', async () => {
  const base = { stages: { a: { command: 'true', outputs: { x: 'x.txt', y: 'y.txt' }, publish: 'base/' } } };
  const over = {
    extends: 'base.json',
    stages: { a: { publish: 'over/', outputs: { x: { publish: 'x' }, z: 'z.txt' } } },
  };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  const { outputs: made } = instanceOf(pipeline, 'a');
  expect(Object.values(made).map(({ publish }) => publish)).toEqual(['x', 'over/y.txt', 'over/z.txt']);
});

test.each([
  [{ publish: 'reports' }, '["reports"] wrong-value: expected a folder that ends in "/", got the text "reports"'],
  [
    { publish: '${params.p}' },
    '["${params.p}"] wrong-value: expected a folder that ends in "/", got the text "${params.p}"',
  ],
  [{ publish: '../' }, '["../"] publish-path: "../index.html" is not inside the project'],
  [
    { publish: 'cache/' },
    '["cache/"] publish-path: nothing can be published to "cache/index.html": another program owns that folder',
  ],
  [
    { publish: 'reports/', matrix: { s: [0, 1] } },
    '["reports/"] publish-collision: reports/index.html is published by both report:s=0 and report:s=1',
  ],
  [{ publish: 'out/${seed}/' }, '[${seed}] unknown-axis: the stage has no axis "seed"'],
  [{ publish: true }, '[true] wrong-type: expected a folder that ends in "/", got true'],
])('%j is refused, and the word at fault is underlined', async (stage, fault) => {
  const stages = { report: { command: 'x ${params.p}', outputs: { page: 'index.html' }, ...stage } };
  expect(await shownFaults({ 'pipeline.json': { params: { p: 1 }, stages } })).toEqual([`pipeline.json:1 ${fault}`]);
});
