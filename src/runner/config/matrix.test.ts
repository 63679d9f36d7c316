import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Input, Pipeline } from '../pipeline.ts';
import { faultsOf, idsOf, instanceOf, pipelineOf, stagesOf } from './project.test-support.ts';

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

  test('a consumer is the natural join of its producers and its own axes, as a nested loop finds it', async () => {
    await fc.assert(
      fc.asyncProperty(matrix, matrix, fc.uniqueArray(name, { maxLength: 2 }), async (first, second, gathered) => {
        const gather = gathered.filter((axis) => axis in second);
        const shared = Object.keys(first).filter((axis) => axis in second && !gather.includes(axis));
        fc.pre(shared.every((axis) => first[axis]!.some((value) => second[axis]!.map(String).includes(String(value)))));
        const pipeline = await stagesOf({
          b: stage({}, { x: read('p'), y: read('q', gather.length > 0 ? { gather } : {}) }),
          p: stage(first),
          q: stage(second),
        });
        expectSound(pipeline);
        const combinations = new Set<string>();
        for (const x of pipeline.instances.filter((instance) => instance.stage === 'p')) {
          for (const y of pipeline.instances.filter((instance) => instance.stage === 'q')) {
            const left = Object.entries(y.axes).filter(([axis]) => !gather.includes(axis));
            if (left.some(([axis, value]) => axis in x.axes && String(x.axes[axis]) !== String(value))) continue;
            combinations.add(
              JSON.stringify(
                Object.entries({ ...Object.fromEntries(left), ...x.axes })
                  .map(([axis, value]) => `${axis}=${value}`)
                  .sort(),
              ),
            );
          }
        }
        expect(
          new Set(
            pipeline.instances
              .filter((instance) => instance.stage === 'b')
              .map(({ axes }) =>
                JSON.stringify(
                  Object.entries(axes)
                    .map(([axis, value]) => `${axis}=${value}`)
                    .sort(),
                ),
              ),
          ),
        ).toEqual(combinations);
      }),
      { numRuns: 60 },
    );
  });
});

test('ten thousand instances keep to the claims', async () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  const pipeline = await stagesOf({
    a: stage({ x: numbers(100), y: numbers(30) }),
    b: stage({ z: numbers(2) }, { i: read('a') }),
    c: stage({}, { i: read('b'), j: read('a') }),
    d: stage({}, { i: read('c', { gather: true }) }),
  });
  expect(pipeline.instances).toHaveLength(3000 + 6000 + 6000 + 1);
  expect(instanceOf(pipeline, 'c:x=7,y=3,z=1').inputs).toEqual({
    i: { kind: 'output', producer: 'b:x=7,y=3,z=1', output: 'o' },
    j: { kind: 'output', producer: 'a:x=7,y=3', output: 'o' },
  });
});

test('only records whose input has further axes inherit them', async () => {
  const pipeline = await stagesOf({
    pre: stage({ start: ['r', 'i'] }),
    fine: stage({ model: { M1: { w: null }, M2: { w: read('pre') } } }, { w: '${model.w}' }),
    all: stage({}, { i: read('fine', { gather: true }) }),
  });
  expect(idsOf(pipeline, 'fine')).toEqual(['fine:model=M1', 'fine:model=M2,start=r', 'fine:model=M2,start=i']);
  expect(producers(instanceOf(pipeline, 'all').inputs.i!)).toEqual(idsOf(pipeline, 'fine'));
  expect(pipeline.stages[1]).toMatchObject({ axes: ['start', 'model'], reads: ['pre'] });
});

test('the fields of an inherited axis come with it, and may decide what a consumer reads', async () => {
  const pipeline = await stagesOf({
    pre: stage({ start: ['r', 'i'] }),
    fine: { ...stage({ model: { M1: { start: 'r' }, M2: { start: 'i' } } }) },
    eval: stage({}, { w: { ...read('pre'), where: { start: '${model.start}' } }, f: read('fine') }),
  });
  expect(instanceOf(pipeline, 'eval:model=M2').inputs.w).toMatchObject({ producer: 'pre:start=i' });
});

test('a matrix that repeats an inherited axis narrows it, and a value that nobody produces is an error', async () => {
  expect(
    idsOf(await stagesOf({ a: stage({ d: ['x', 'y', 'z'] }), b: stage({ d: ['z', 'x'] }, { i: read('a') }) }), 'b'),
  ).toEqual(['b:d=z', 'b:d=x']);
  expect(
    await faultsOf({
      'pipeline.json': { stages: { a: stage({ d: ['x'] }), b: stage({ d: ['x', 'w'] }, { i: read('a') }) } },
    }),
  ).toEqual([expect.stringContaining('unmatched: d=w matches no instance of "a", which input "i" reads')]);
});

test('where fixes an axis, which is then not inherited', async () => {
  const pipeline = await stagesOf({
    a: stage({ d: [1, 2], e: ['x', 'y'] }),
    b: stage({}, { i: read('a', { where: { d: 2 } }) }),
  });
  expect(idsOf(pipeline, 'b')).toEqual(['b:e=x', 'b:e=y']);
  expect(instanceOf(pipeline, 'b:e=y').inputs.i).toEqual({ kind: 'output', producer: 'a:d=2,e=y', output: 'o' });
});

test('gather: true collects along all axes, even those that the stage has itself', async () => {
  const pipeline = await stagesOf({
    a: stage({ d: [1, 2] }),
    b: stage({ d: [1] }, { i: read('a', { gather: true }), j: read('a') }),
  });
  expect(producers(instanceOf(pipeline, 'b:d=1').inputs.i!)).toEqual(['a:d=1', 'a:d=2']);
});

test('exclude drops, include adds, and what is included is not excluded again', async () => {
  const matrix = {
    m: ['a', 'b'],
    s: [0, 1],
    exclude: [{ m: 'b', s: 1 }, { d: 'y' }],
    include: [
      { m: 'b', s: 7 },
      { m: 'a', s: 0, d: 'y' },
    ],
  };
  const pipeline = await stagesOf({ p: stage({ d: ['x', 'y'] }), q: stage(matrix, { i: read('p') }) });
  expect(idsOf(pipeline, 'q')).toEqual([
    'q:d=x,m=a,s=0',
    'q:d=x,m=a,s=1',
    'q:d=x,m=b,s=0',
    'q:d=x,m=b,s=7',
    'q:d=y,m=a,s=0',
    'q:d=y,m=b,s=7',
  ]);
});

test.each([
  [{ exclude: [{ modle: 'a' }] }, 'unknown-axis: the stage has no axis "modle"'],
  [{ exclude: [{ m: 'c' }] }, 'unknown-value: axis "m" has no value "c"'],
  [{ include: [{}] }, 'wrong-value: expected an object of axis values, found an object'],
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
