import { expect, test } from 'vitest';
import { differingCircumstances } from './circumstances.ts';

const execution = {
  host: 'a',
  platform: 'linux-x64',
  node: 'v20.0.0',
  resources: { cpu: 2 },
  notes: { engine: 'onnxruntime 1.2', threads: 2 },
};

test('equal circumstances explain nothing', () => {
  expect(differingCircumstances(execution, { ...execution })).toEqual({});
});

test('threads, engine and machine are told as they were then and as they are now', () => {
  const now = { ...execution, host: 'b', resources: { cpu: 1 }, notes: { engine: 'tensorflow 2', threads: 1 } };
  expect(differingCircumstances(execution, now)).toEqual({
    threads: { then: 2, now: 1 },
    engine: { then: 'onnxruntime 1.2', now: 'tensorflow 2' },
    machine: { then: 'a', now: 'b' },
  });
});

test('the processors of the grant count as threads where the stage records none', () => {
  const [then, now] = [2, 1].map((cpu) => ({ ...execution, notes: {}, resources: { cpu } }));
  expect(differingCircumstances(then!, now!)).toEqual({ threads: { then: 2, now: 1 } });
});
