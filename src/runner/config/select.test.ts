import { describe, expect, test } from 'vitest';
import { stagesOf } from './project.test-support.ts';
import { selectInstances, type Bounds } from './select.ts';

const from = (stage: string, more: object = {}) => ({ stage, output: 'o', ...more });
const pipeline = await stagesOf({
  ingest: { command: 'true', matrix: { data: ['x', 'y'] }, outputs: { o: 'o' } },
  train: {
    command: 'true',
    matrix: { data: ['x', 'y'], seed: [0, 1], model: ['M1', 'M2'] },
    inputs: { i: from('ingest') },
    outputs: { o: 'o' },
  },
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
  expect(chosen('train:seed=1,model=M2')).toEqual({
    named: both,
    selected: ['ingest:data=x', 'ingest:data=y', ...both],
  });
  expect(chosen('train:data=y,model=M1,seed=0', 'aside')).toEqual({
    named: ['train:data=y,model=M1,seed=0', 'aside'],
    selected: ['ingest:data=y', 'train:data=y,model=M1,seed=0', 'aside'],
  });
});

test('an id selects its instance', () => {
  for (const { id } of pipeline.instances) expect(chosen(id).named).toEqual([id]);
});

test('a gathered input needs all its members', () => {
  expect(chosen('report').selected).toHaveLength(2 + 8 + 1);
});

describe('a part of the pipeline', () => {
  const part = (targets: string[], bounds: Bounds) => {
    const result = selectInstances(pipeline, targets, bounds);
    if (!result.ok) return result.error.map(({ message }) => message);
    const { selected, named, given } = result.value;
    return {
      runs: selected.flatMap(({ id }) => (given.has(id) ? [] : [id])),
      given: [...given],
      named: named.map(({ id }) => id),
    };
  };

  test('begins with `from` and holds what depends on it; what that reads besides is given', () => {
    const m1 = ['train:data=x,model=M1,seed=0', 'train:data=x,model=M1,seed=1'];
    const runs = [...m1, 'report'];
    const given = [
      'ingest:data=x',
      'ingest:data=y',
      ...pipeline.instances.filter(({ stage, id }) => stage === 'train' && !m1.includes(id)).map(({ id }) => id),
    ];
    expect(part([], { from: ['train:data=x,model=M1'] })).toEqual({ runs, given, named: runs });
  });

  test('ends with `until` and holds what that needs; targets alone are named', () => {
    const runs = ['ingest:data=x', 'train:data=x,model=M1,seed=0'];
    expect(part([], { until: ['train:data=x,model=M1,seed=0'] })).toEqual({ runs, given: [], named: runs });
    expect(part(['train:data=x,model=M1,seed=0'], {})).toEqual({ runs, given: [], named: [runs[1]] });
  });

  test('is what both leave; each may be repeated', () => {
    const runs = ['train:data=x,model=M2,seed=0', 'train:data=y,model=M2,seed=0', 'aside'];
    expect(part([], { from: ['ingest', 'aside'], until: ['train:model=M2,seed=0', 'aside'] })).toMatchObject({
      runs: ['ingest:data=x', 'ingest:data=y', ...runs],
      given: [],
    });
    expect(part(['aside'], { from: ['train', 'aside'], until: ['train:model=M2,seed=0'] })).toEqual({
      runs,
      given: ['ingest:data=x', 'ingest:data=y'],
      named: ['aside'],
    });
  });

  test('is refused where a target has no part in it', () => {
    expect(part(['aside'], { from: ['train'] })).toEqual(['nothing would run: aside does not depend on train']);
    expect(part(['aside', 'report'], { from: ['train'] })).toEqual([
      '"aside" would not run: it does not depend on train',
    ]);
    expect(part([], { from: ['train', 'aside'], until: ['report'] })).toEqual([
      'nothing that would run depends on "aside"',
    ]);
    expect(part([], { from: ['trian'], until: ['reprot'] })).toHaveLength(2);
  });
});

describe('what is not there is reported with what is', () => {
  test.each([
    [
      'trian',
      { message: 'there is no stage "trian"', suggestion: 'train', remedy: 'There are ingest, train, report, aside.' },
    ],
    [
      'train:sead=1',
      { message: 'stage "train" has no axis "sead"', suggestion: 'seed', remedy: 'Its axes are data, seed, model.' },
    ],
    ['report:seed=1', { message: 'stage "report" has no axis "seed"', remedy: 'It has no axes: it runs once.' }],
    ['train:seed=2', { message: '"train:seed=2" matches no instance: none has seed=2', remedy: 'There are 0, 1.' }],
    ['train:', { message: '"train:" cannot be read', code: 'target-syntax' }],
    ['train:seed', { message: '"train:seed" cannot be read', code: 'target-syntax' }],
  ])('%s', (target, expected) => {
    const result = selectInstances(pipeline, [target, 'nothing']);
    expect(result.ok ? [] : result.error).toMatchObject([expected, { message: 'there is no stage "nothing"' }]);
  });
});
