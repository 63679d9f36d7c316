import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStage } from './create-stage.ts';
import type { Job, Message } from './protocol.ts';

const job: Job = {
  source: '/project/stage.ts',
  module: '/work/stage.mjs',
  id: 'train:seed=0',
  stage: 'train',
  axes: { seed: 0 },
  params: {},
  inputs: { images: '/in/images', weights: null, runs: [{ path: '/in/0', axes: { seed: 0 } }] },
  outputs: { weights: '/out/weights' },
  checkpoint: '/checkpoint',
  resources: { cpu: 1 },
  lineage: [],
};

function made() {
  const sent: Message[] = [];
  return { sent, ...createStage(job, (message) => sent.push(message), new AbortController().signal) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('progress is told ten times a second at the most, and the last state always', () => {
  const { sent, stage } = made();
  for (let done = 1; done <= 1000; done++) {
    stage.progress({ done, total: 1000 });
    vi.advanceTimersByTime(1);
  }
  expect(sent.length).toBeLessThanOrEqual(11);
  vi.advanceTimersByTime(100);
  expect(sent.at(-1)).toEqual({ type: 'progress', done: 1000, total: 1000 });
});

test('the first state is told at once, and a later one after a pause too', () => {
  const { sent, stage } = made();
  stage.progress({ done: 1 });
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1000);
  stage.progress({ done: 2 });
  expect(sent).toHaveLength(2);
});

test('what is held back is told at the end', () => {
  const { sent, stage, flush } = made();
  stage.progress({ done: 1 });
  stage.progress({ done: 2 });
  flush();
  expect(sent.map((message) => message.type === 'progress' && message.done)).toEqual([1, 2]);
});

test('metrics, warnings and notes are told as they come', () => {
  const { sent, stage } = made();
  stage.metric('loss', 0.5, 3);
  stage.metric('name', 'x');
  stage.warn('collapsed');
  stage.record({ engine: 'onnx' });
  expect(sent).toEqual([
    { type: 'metric', name: 'loss', value: 0.5, step: 3, time: expect.any(Number) as number },
    { type: 'metric', name: 'name', value: 'x', time: expect.any(Number) as number },
    { type: 'warning', message: 'collapsed' },
    { type: 'record', notes: { engine: 'onnx' } },
  ]);
});

test('inputs and outputs are asked for by name, and a wrong name or kind is told with what there is', () => {
  const { stage } = made();
  expect(stage.input('images')).toBe('/in/images');
  expect(stage.gathered('runs')).toEqual([{ path: '/in/0', axes: { seed: 0 } }]);
  expect(stage.output('weights')).toBe('/out/weights');
  expect(() => stage.input('image')).toThrow(
    'train:seed=0 has no input "image". The pipeline declares: images, weights, runs.',
  );
  expect(() => stage.input('weights')).toThrow('train:seed=0: input "weights" is null, not one file or folder.');
  expect(() => stage.input('runs')).toThrow('train:seed=0: input "runs" is gathered, not one file or folder.');
  expect(() => stage.gathered('images')).toThrow(
    'train:seed=0: input "images" is not gathered; gather it in the pipeline file.',
  );
  expect(() => stage.output('curves')).toThrow('train:seed=0 has no output "curves". The pipeline declares: weights.');
});
