import { expect, test } from 'vitest';
import { Refusal } from './refusal.ts';
import { validated } from './settings-file.ts';

const read = (config: unknown) => validated(config, '/home/p/.pipelinerc.json', '.pipelinerc.json');

test('paths are relative to the settings file', () => {
  expect(read({ jobs: 2, progress: 'plain', pipeline: 'flows/a.json', store: '../store' })).toEqual({
    jobs: 2,
    progress: 'plain',
    pipeline: '/home/p/flows/a.json',
    store: '/home/store',
  });
});

test('all faults are told together, with what is allowed or was meant', () => {
  const faults = faultsOf({ jbos: 2, jobs: 1.5, store: 3, colour: true });
  expect(faults.map(({ message, suggestion, remedy }) => [message, suggestion ?? remedy])).toEqual([
    ['.pipelinerc.json: unknown setting "jbos"', 'jobs'],
    ['.pipelinerc.json: jobs is 1.5, allowed is a whole number from 1', undefined],
    ['.pipelinerc.json: store is 3, allowed is the path of a folder', undefined],
    ['.pipelinerc.json: unknown setting "colour"', 'Known are jobs, progress, pipeline, store.'],
  ]);
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
