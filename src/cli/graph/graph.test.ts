import type { InstanceId } from '../../formats/identity.ts';
import { expect, test } from 'vitest';
import type { Instance, Pipeline } from '../../runner/pipeline.ts';
import { drawDot, drawMermaid, drawText } from './draw.ts';
import { instanceGraph, stageGraph } from './graph.ts';

const instance = (id: string, producers: string[] = []): Instance =>
  ({
    id,
    stage: id.split(':')[0],
    axes: {},
    inputs: {
      all: {
        kind: 'gather',
        members: producers.map((producer) => ({ producer: producer as InstanceId, output: 'out', axes: {} })),
      },
      again: producers[0] === undefined ? { kind: 'none' } : { kind: 'output', producer: producers[0], output: 'out' },
    },
  }) as unknown as Instance;

const instances = [
  instance('train:seed=0'),
  instance('train:seed=1'),
  instance('report', ['train:seed=0', 'train:seed=1']),
];
const pipeline = {
  stages: [
    { name: 'report', axes: [], reads: ['train'] },
    { name: 'train', axes: ['seed'], reads: [] },
  ],
  instances,
} as unknown as Pipeline;

test('by stage: one node per stage, producers first, whatever the order of the file', () => {
  expect(drawText(stageGraph(pipeline, instances))).toBe('train (2)\nreport     <- train\n');
});

test('by instance: an edge for each producer, once', () => {
  expect(drawText(instanceGraph(instances))).toBe(
    'train:seed=0\ntrain:seed=1\nreport        <- train:seed=0, train:seed=1\n',
  );
});

test('a stage that was not selected is drawn neither as a node nor as the end of an edge', () => {
  expect(drawText(stageGraph(pipeline, [instances[2]!]))).toBe('report\n');
});

test('names cannot break out of the drawing languages', () => {
  const graph = { nodes: [{ id: 'a"b<c', instances: 1, axes: [] }], edges: [] };
  expect(drawMermaid(graph)).toContain('n0["a#quot;b#lt;c"]');
  expect(drawDot(graph)).toContain('"a\\"b<c"');
});
