import { describe, expect, test } from 'vitest';
import { stagesOf } from './project.test-support.ts';
import { selectInstances } from './select.ts';

const from = (stage: string, more: object = {}) => ({ stage, output: 'o', ...more });
const pipeline = await stagesOf({
  ingest: { command: 'true', matrix: { data: ['x', 'y'] }, outputs: { o: 'o' } },
  train: { command: 'true', matrix: { seed: [0, 1], model: ['M1', 'M2'] }, inputs: { i: from('ingest') }, outputs: { o: 'o' } },
  report: { command: 'true', inputs: { i: from('train', { gather: true }) } },
  aside: { command: 'true' },
});

function chosen(...targets: string[]): { selected: readonly string[]; named: readonly string[] } {
  const result = selectInstances(pipeline, targets);
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('\n'));
  return { selected: result.value.selected.map(({ id }) => id), named: result.value.named.map(({ id }) => id) };
}

test('without targets everything is named', () => {
  expect(chosen().named).toEqual(pipeline.instances.map(({ id }) => id));
});

test('any axes in any order select, with what they need and nothing else, in the order of the pipeline', () => {
  const both = ['train:data=x,model=M2,seed=1', 'train:data=y,model=M2,seed=1'];
  expect(chosen('train:model=M2,seed=1').named).toEqual(both);
  expect(chosen('train:seed=1,model=M2')).toEqual({ named: both, selected: ['ingest:data=x', 'ingest:data=y', ...both] });
  expect(chosen('train:data=y,model=M1,seed=0', 'aside')).toEqual({ named: ['train:data=y,model=M1,seed=0', 'aside'], selected: ['ingest:data=y', 'train:data=y,model=M1,seed=0', 'aside'] });
});

test('an id selects its instance', () => {
  for (const { id } of pipeline.instances) expect(chosen(id).named).toEqual([id]);
});

test('a gathered input needs all its members', () => {
  expect(chosen('report').selected).toHaveLength(2 + 8 + 1);
});

describe('what is not there is reported with what is', () => {
  test.each([
    ['trian', { message: 'there is no stage "trian"', suggestion: 'train', remedy: 'There are ingest, train, report, aside.' }],
    ['train:sead=1', { message: 'stage "train" has no axis "sead"', suggestion: 'seed', remedy: 'Its axes are data, seed, model.' }],
    ['report:seed=1', { message: 'stage "report" has no axis "seed"', remedy: 'It has no axes: it runs once.' }],
    ['train:seed=2', { message: '"train:seed=2" matches no instance: none has seed=2', remedy: 'There are 0, 1.' }],
    ['train:', { message: '"train:" cannot be read', code: 'target-syntax' }],
    ['train:seed', { message: '"train:seed" cannot be read', code: 'target-syntax' }],
  ])('%s', (target, expected) => {
    const result = selectInstances(pipeline, [target, 'nothing']);
    expect(result.ok ? [] : result.error).toMatchObject([expected, { message: 'there is no stage "nothing"' }]);
  });
});
