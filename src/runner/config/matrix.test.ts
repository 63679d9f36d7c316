import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Input, Pipeline } from '../pipeline.ts';
import { faultsOf, idsOf, instanceOf, load, pipelineOf, stagesOf } from './project.test-support.ts';

const read = (stage: string, more: object = {}) => ({ stage, output: 'o', ...more });
const stage = (matrix: object, inputs: object = {}) => ({ command: 'true', matrix, inputs, outputs: { o: 'o' } });

const producers = (input: Input): readonly string[] =>
  input.kind === 'output'
    ? [input.producer]
    : input.kind === 'gather'
      ? input.members.map(({ producer }) => producer)
      : [];

/** Claims that hold for every pipeline. */
function expectSound({ instances }: Pipeline): void {
  const before = new Set<string>();
  for (const { id, inputs } of instances) {
    for (const input of Object.values(inputs))
      for (const producer of producers(input)) expect(before).toContain(producer);
    expect(before).not.toContain(id);
    before.add(id);
  }
}

describe('whatever the axes', () => {
  const name = fc.constantFrom<string>('p', 'q', 'r', 's');
  const values = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('x', 'y', 'z')), {
    minLength: 1,
    maxLength: 3,
    selector: String,
  });
  const matrix = fc.dictionary(name, values, { maxKeys: 3 });

  test('a stage runs once per combination, ids are unique', async () => {
    await fc.assert(
      fc.asyncProperty(matrix, async (axes) => {
        const pipeline = await stagesOf({ a: stage(axes) });
        expectSound(pipeline);
        expect(pipeline.instances).toHaveLength(
          Object.values(axes).reduce((product, { length }) => product * length, 1),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('a reader runs for its own axes, and reads the one producer that agrees, or all that it gathers', async () => {
    await fc.assert(
      fc.asyncProperty(matrix, fc.uniqueArray(name, { maxLength: 3 }), async (axes, gathered) => {
        const gather = gathered.filter((axis) => axis in axes);
        const own = Object.fromEntries(Object.entries(axes).filter(([axis]) => !gather.includes(axis)));
        const pipeline = await stagesOf({
          b: stage(own, { x: read('p', gather.length > 0 ? { gather } : {}) }),
          p: stage(axes),
        });
        expectSound(pipeline);
        const all = pipeline.instances.filter((instance) => instance.stage === 'p');
        const readers = pipeline.instances.filter((instance) => instance.stage === 'b');
        expect(readers).toHaveLength(Object.values(own).reduce((product, { length }) => product * length, 1));
        for (const reader of readers) {
          expect(Object.keys(reader.axes)).toEqual(Object.keys(own));
          const agreeing = all.filter(({ axes: other }) =>
            Object.entries(reader.axes).every(([axis, value]) => String(other[axis]) === String(value)),
          );
          expect(producers(reader.inputs.x!)).toEqual(agreeing.map(({ id }) => id));
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('ten thousand instances keep to the claims', async () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  const [x, y, z] = [numbers(100), numbers(30), numbers(2)];
  const pipeline = await stagesOf({
    a: stage({ x, y }),
    b: stage({ x, y, z }, { i: read('a') }),
    c: stage({ x, y, z }, { i: read('b'), j: read('a') }),
    d: stage({}, { i: read('c', { gather: true }) }),
  });
  expect(pipeline.instances).toHaveLength(3000 + 6000 + 6000 + 1);
  expect(instanceOf(pipeline, 'c:x=7,y=3,z=1').inputs).toEqual({
    i: { kind: 'output', producer: 'b:x=7,y=3,z=1', output: 'o' },
    j: { kind: 'output', producer: 'a:x=7,y=3', output: 'o' },
  });
});

test('a record decides what its instance reads', async () => {
  const pipeline = await stagesOf({
    pre: stage({ start: ['r', 'i'] }),
    fine: stage({ model: { M1: { w: null }, M2: { w: read('pre', { where: { start: 'r' } }) } } }, { w: '${model.w}' }),
    all: stage({}, { i: read('fine', { gather: true }) }),
  });
  expect(idsOf(pipeline, 'fine')).toEqual(['fine:model=M1', 'fine:model=M2']);
  expect(producers(instanceOf(pipeline, 'fine:model=M2').inputs.w!)).toEqual(['pre:start=r']);
  expect(producers(instanceOf(pipeline, 'all').inputs.i!)).toEqual(idsOf(pipeline, 'fine'));
  expect(pipeline.stages[1]).toMatchObject({ axes: ['model'], reads: ['pre'] });
});

test('a field of a record may stand for the value that an axis is fixed to', async () => {
  const models = { M1: { start: 'r' }, M2: { start: 'i' } };
  const pipeline = await stagesOf({
    pre: stage({ start: ['r', 'i'] }),
    eval: stage({ model: models }, { w: { ...read('pre'), where: { start: '${model.start}' } } }),
  });
  expect(instanceOf(pipeline, 'eval:model=M2').inputs.w).toMatchObject({ producer: 'pre:start=i' });
});

test('a reader may run for some of the values only, and a value that nobody produces is an error', async () => {
  expect(
    idsOf(await stagesOf({ a: stage({ d: ['x', 'y', 'z'] }), b: stage({ d: ['z', 'x'] }, { i: read('a') }) }), 'b'),
  ).toEqual(['b:d=z', 'b:d=x']);
  expect(
    await faultsOf({
      'pipeline.json': { stages: { a: stage({ d: ['x'] }), b: stage({ d: ['x', 'w'] }, { i: read('a') }) } },
    }),
  ).toEqual([expect.stringContaining('unmatched: d=w matches no instance of "a", which input "i" reads')]);
});

test('an instance that the producer excludes must be excluded by its readers too', async () => {
  const matrix = { d: [0, 1], e: [0, 1], exclude: [{ d: 1, e: 1 }] };
  const stages = { a: stage(matrix), b: stage({ d: [0, 1], e: [0, 1] }, { i: read('a') }) };
  expect(await faultsOf({ 'pipeline.json': { stages } })).toEqual([
    expect.stringContaining('unmatched: there is no instance a:d=1,e=1, which input "i" reads'),
  ]);
  expect(idsOf(await stagesOf({ ...stages, b: stage(matrix, { i: read('a') }) }), 'b')).toHaveLength(3);
});

test('where fixes an axis of the producer; the others are those of the reader', async () => {
  const pipeline = await stagesOf({
    a: stage({ d: [1, 2], e: ['x', 'y'] }),
    b: stage({ e: ['x', 'y'] }, { i: read('a', { where: { d: 2 } }) }),
  });
  expect(idsOf(pipeline, 'b')).toEqual(['b:e=x', 'b:e=y']);
  expect(instanceOf(pipeline, 'b:e=y').inputs.i).toEqual({ kind: 'output', producer: 'a:d=2,e=y', output: 'o' });
});

test('gather: true collects along axes that the stage lacks, a named axis even where it has it', async () => {
  const pipeline = await stagesOf({
    a: stage({ d: [1, 2], e: [1, 2] }),
    b: stage({ d: [1, 2] }, { i: read('a', { gather: true }), j: read('a', { gather: ['d', 'e'] }) }),
    c: stage({ d: [1], e: [1] }, { i: read('a', { gather: true }) }),
  });
  expect(producers(instanceOf(pipeline, 'b:d=1').inputs.i!)).toEqual(['a:d=1,e=1', 'a:d=1,e=2']);
  expect(producers(instanceOf(pipeline, 'b:d=1').inputs.j!)).toEqual(idsOf(pipeline, 'a'));
  // Always a list, of one too.
  expect(instanceOf(pipeline, 'c:d=1,e=1').inputs.i).toMatchObject({ kind: 'gather', members: { length: 1 } });
});

test.each([
  [{}, ['d', 'e'], '@a:d=1,e=x/o', '@a:d=*,e=*/o'],
  [{ where: { d: 2 } }, ['e'], '@a:d=2,e=x/o', '@a:d=2,e=*/o'],
  [{ gather: ['e'] }, ['d'], '@a:e=*,d=1/o', '@a:e=*,d=*/o'],
])('an axis that is left open by %j is an error that shows the three ways to bind it', async (more, open, one, all) => {
  const loaded = await load({
    'pipeline.json': { stages: { a: stage({ d: [1, 2], e: ['x', 'y'] }), b: stage({}, { i: read('a', more) }) } },
  });
  const quoted = open.map((axis) => `"${axis}"`).join(' and ');
  expect(loaded.ok ? [] : loaded.error.diagnostics).toMatchObject([
    {
      code: 'unbound-axis',
      message: `input "i" does not bind ${open.length > 1 ? 'axes' : 'axis'} ${quoted} of stage "a"`,
      remedy:
        `Write "${one}" for one value, "${all}" for a list of all, or add ${quoted} to the "matrix" of "b" to ` +
        'run it for each.',
    },
  ]);
});

test('a list in exclude stands for any of its values, also through a parameter', async () => {
  const matrix = {
    m: ['a', 'b'],
    s: [0, 1, 2],
    exclude: [
      { m: 'a', s: [0, 2] },
      { m: '${params.late}', s: 1 },
    ],
  };
  const { instances } = await stagesOf({ q: { command: 'true', matrix } }, { late: ['a', 'b'] });
  expect(instances.map(({ id }) => id)).toEqual(['q:m=b,s=0', 'q:m=b,s=2']);
  const wrong = { ...matrix, exclude: [{ m: 'a', s: [0, 7] }] };
  expect(await faultsOf({ 'pipeline.json': { stages: { q: { command: 'true', matrix: wrong } } } })).toEqual([
    expect.stringContaining('unknown-value: axis "s" has no value "7"'),
  ]);
});

test('exclude drops, include adds, and what is included is not excluded again', async () => {
  const matrix = {
    d: ['x', 'y'],
    m: ['a', 'b'],
    s: [0, 1],
    exclude: [{ m: 'b', s: 1 }, { d: 'y' }],
    include: [
      { d: 'y', m: 'b', s: 7 },
      { d: 'y', m: 'a', s: 0 },
    ],
  };
  const pipeline = await stagesOf({ p: stage({ d: ['x', 'y'] }), q: stage(matrix, { i: read('p') }) });
  expect(idsOf(pipeline, 'q')).toEqual([
    'q:d=x,m=a,s=0',
    'q:d=x,m=a,s=1',
    'q:d=x,m=b,s=0',
    'q:d=y,m=a,s=0',
    'q:d=y,m=b,s=7',
  ]);
});

test.each([
  [{ exclude: [{ modle: 'a' }] }, 'unknown-axis: the stage has no axis "modle"'],
  [{ exclude: [{ m: 'c' }] }, 'unknown-value: axis "m" has no value "c"'],
  [{ include: [{}] }, 'wrong-value: expected an object of axis values, got an object'],
  [{ include: [{ m: 'a', s: 1, x: 2 }] }, 'unknown-axis: the stage has no axis "x"'],
  [{ exclude: [{ m: 'a' }, { m: 'b' }] }, 'unmatched: every combination of "q" is excluded, so it would never run'],
])('a combination that cannot be meant is reported: %j', async (more, message) => {
  expect(await faultsOf({ 'pipeline.json': { stages: { q: stage({ m: ['a', 'b'], s: [0, 1], ...more }) } } })).toEqual([
    expect.stringContaining(message),
  ]);
});

test('stages keep the order of the file as far as producers allow', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': { stages: { report: stage({}, { i: read('b') }), a: stage({}), b: stage({}), c: stage({}) } },
  });
  expect(idsOf(pipeline)).toEqual(['b', 'report', 'a', 'c']);
  expect(pipeline.stages.map(({ name }) => name)).toEqual(['report', 'a', 'b', 'c']);
});
