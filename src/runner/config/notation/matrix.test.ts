import { expect, test } from 'vitest';
import { idsOf, instanceOf, pipelineOf, shownFaults } from '../project.test-support.ts';

const AXES = { seed: '${params.seeds}', kind: ['k', 'l'], model: { M1: { w: 1 }, M2: { w: 2 }, M3: { w: 3 } } };

async function idsFor(matrix: unknown, set: readonly string[] = []) {
  const stages = { a: { command: 'true', matrix } };
  return idsOf(
    await pipelineOf({ 'pipeline.json': { params: { seeds: [0, 1], more: [5] }, axes: AXES, stages } }, set),
  );
}

test.each([
  [['seed'], ['a:seed=0', 'a:seed=1']],
  [
    ['kind', 'seed'],
    ['a:kind=k,seed=0', 'a:kind=k,seed=1', 'a:kind=l,seed=0', 'a:kind=l,seed=1'],
  ],
  [
    ['seed', 'kind'],
    ['a:kind=k,seed=0', 'a:kind=l,seed=0', 'a:kind=k,seed=1', 'a:kind=l,seed=1'],
  ],
  [{ seed: '*' }, ['a:seed=0', 'a:seed=1']],
  [{ seed: [7, 0] }, ['a:seed=7', 'a:seed=0']],
  [{ seed: '${params.more}' }, ['a:seed=5']],
  [{ model: ['M3', 'M1'] }, ['a:model=M3', 'a:model=M1']],
  [{ model: { own: {} } }, ['a:model=own']],
  [{ kind: '*', exclude: [{ kind: 'k' }], include: [{ kind: 'm' }] }, ['a:kind=l', 'a:kind=m']],
  [[], ['a']],
])('the matrix %j runs for its axes, in their order', async (matrix, ids) => {
  expect(await idsFor(matrix)).toEqual(ids);
});

test('a shared axis is read after --set', async () => {
  expect(await idsFor(['seed'], ['seeds=[9]'])).toEqual(['a:seed=9']);
});

test('records that are chosen by name keep their fields, also where they come from a parameter', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      params: { sets: { skin: { folder: 'ham' }, lung: { folder: 'covid' } } },
      axes: { set: '${params.sets}' },
      stages: { a: { command: 'true', matrix: { set: ['lung'] }, params: { at: '${set.folder}' } } },
    },
  });
  expect(instanceOf(pipeline, 'a:set=lung').params).toEqual({ at: 'covid' });
});

test('axes are merged over files before any stage uses them', async () => {
  const base = {
    axes: { model: { M1: { w: 1 } } },
    stages: { a: { command: 'true', matrix: ['model'], params: { w: '${model.w}', t: '${model.t}' } } },
  };
  const over = { extends: 'base.json', axes: { model: { M1: { t: 'x' }, M2: { w: 2, t: 'y' } } } };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  expect(pipeline.instances.map(({ params }) => params)).toEqual([
    { w: 1, t: 'x' },
    { w: 2, t: 'y' },
  ]);
});

test('a list over an object, and the other way round, counts as * for each', async () => {
  const base = (matrix: unknown) => ({
    axes: AXES,
    params: { seeds: [0], more: [1] },
    stages: { a: { command: 'true', matrix } },
  });
  const merged = async (below: unknown, above: unknown) =>
    idsOf(
      await pipelineOf({
        'package.json': '{}',
        'base.json': base(below),
        'over.json': { extends: 'base.json', stages: { a: { matrix: above } } },
      }),
    );
  expect(await merged(['seed'], { kind: ['z'] })).toEqual(['a:kind=z,seed=0']);
  expect(await merged({ kind: ['z'], seed: [3] }, ['kind'])).toEqual(['a:kind=k,seed=3', 'a:kind=l,seed=3']);
  expect(await merged(['kind'], ['seed'])).toEqual(['a:kind=k,seed=0', 'a:kind=l,seed=0']);
});

test.each([
  [['sead'], '["sead"] unknown-axis: there is no shared axis "sead"'],
  [['seed', 'seed'], '["seed"] duplicate-value: axis "seed" is listed twice'],
  [
    ['my axis'],
    '["my axis"] wrong-value: expected a name of letters, digits, _ and - that begins with a letter, got the ' +
      'text "my axis"',
  ],
  [[3], '[3] wrong-type: expected a name of letters, digits, _ and - that begins with a letter, got the number 3'],
  [{ sead: '*' }, '["sead"] unknown-axis: there is no shared axis "sead"'],
  [{ model: ['M1', 'M4'] }, '["M4"] unknown-value: axis "model" has no record "M4"'],
  [{ model: ['M1', 'M1'] }, '["M1"] duplicate-value: axis "model" has the value M1 twice'],
  [{ model: [] }, '["model"] empty-axis: axis "model" has no values, so the stage would never run'],
  [{ kind: ['*'] }, '["*"] axis-value: "*" cannot be a value of axis "kind"'],
  [
    { kind: '**' },
    '["**"] wrong-value: expected a list of values, an object of named records, "*", or a placeholder such as ' +
      '"${params.datasets}", got the text "**"',
  ],
  [{ stage: ['x'] }, '["stage"] invalid-name: an axis cannot be called "stage"'],
  [{ kind: '*', include: [{ kind: '*' }] }, '["*"] axis-value: "*" cannot be a value of axis "kind"'],
])('the matrix %j is refused, and the word at fault is underlined', async (matrix, fault) => {
  const stages = { a: { command: 'x ${params.seeds}', matrix, params: { m: '${params.more}' } } };
  const shown = await shownFaults({ 'pipeline.json': { params: { seeds: [0], more: [1] }, axes: AXES, stages } });
  expect(shown).toEqual([`pipeline.json:1 ${fault}`]);
});

test.each([
  [{ stage: [1] }, '["stage"] invalid-name: an axis cannot be called "stage"'],
  [{ include: [1] }, '["include"] invalid-name: an axis cannot be called "include"'],
  [{ seed: [1, 1] }, '[1] duplicate-value: axis "seed" has the value 1 twice'],
  [{ seed: [] }, '["seed"] empty-axis: axis "seed" has no values, so the stage would never run'],
  [
    { seed: '*' },
    '["*"] wrong-value: expected a list of values, an object of named records, or a placeholder such as ' +
      '"${params.datasets}", got the text "*"',
  ],
  [
    { seed: 3 },
    '[3] wrong-type: expected a list of values, an object of named records, or a placeholder such as ' +
      '"${params.datasets}", got the number 3',
  ],
  [{ seed: '${params.x}' }, '[${params.x}] unknown-param: there is no parameter "x"'],
  [{ model: { M1: { w: '${params.y}' } } }, '[${params.y}] unknown-param: there is no parameter "y"'],
])('a fault of the shared axes %j is found, whether a stage uses them or not', async (axes, fault) => {
  const [axis = ''] = Object.keys(axes);
  for (const matrix of [{}, ['include', 'stage'].includes(axis) ? {} : [axis]]) {
    const stages = { a: { command: 'true', matrix } };
    expect(await shownFaults({ 'pipeline.json': { axes, stages } })).toEqual([`pipeline.json:1 ${fault}`]);
  }
});
