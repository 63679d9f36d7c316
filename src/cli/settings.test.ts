import { expect, test } from 'vitest';
import { Refusal } from './refusal.ts';
import { validated } from './settings-file.ts';

const read = (config: unknown) => validated(config, '/home/p/.pipelinerc.json', '.pipelinerc.json');

test('paths are relative to the settings file', () => {
  expect(
    read({ jobs: 2, progress: 'plain', pipeline: 'flows/a.json', store: '../store', tensorboard: 'boards' }),
  ).toEqual({
    jobs: 2,
    progress: 'plain',
    pipeline: '/home/p/flows/a.json',
    store: '/home/store',
    tensorboard: '/home/p/boards',
  });
});

test('all faults are told together, with what is allowed or was meant', () => {
  const faults = faultsOf({ jbos: 2, jobs: 1.5, store: 3, colour: true });
  expect(faults.map(({ message, suggestion, remedy }) => [message, suggestion ?? remedy])).toEqual([
    ['.pipelinerc.json: unknown setting "jbos"', 'jobs'],
    ['.pipelinerc.json: jobs: expected an integer >= 1, got 1.5', undefined],
    ['.pipelinerc.json: store: expected the path of a folder, got 3', undefined],
    [
      '.pipelinerc.json: unknown setting "colour"',
      'Known are jobs, progress, slots, grace, pipeline, remotes, remote, executor, store, tensorboard, slurm.',
    ],
  ]);
});

test('slots and the time to end are read with their units', () => {
  expect(read({ slots: { licence: 2, memory: '8 GiB' }, grace: '1m 30s' })).toEqual({
    slots: { licence: 2, memory: 8 * 2 ** 30 },
    graceMs: 90_000,
  });
  expect(faultsOf({ slots: { licence: 0 }, grace: 30 }).map(({ message }) => message)).toEqual([
    '.pipelinerc.json: slots: expected a number > 0, got {"licence":0}',
    '.pipelinerc.json: grace: expected a duration such as "30s", got 30',
  ]);
  expect(faultsOf({ slots: { gpu: 2 } })[0]!.message).toContain('CUDA_VISIBLE_DEVICES');
  expect(faultsOf({ slots: [1] })[0]!.message).toContain('an object of numbers');
});

test('settings that are no object are refused', () => {
  expect(faultsOf('jobs').map(({ message }) => message)).toEqual(['.pipelinerc.json: the settings must be an object']);
});

function faultsOf(config: unknown): Refusal['diagnostics'] {
  try {
    read(config);
  } catch (error) {
    if (error instanceof Refusal) return error.diagnostics;
    throw error;
  }
  throw new Error('It was accepted.');
}
