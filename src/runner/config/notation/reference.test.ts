import { expect, test } from 'vitest';
import { instanceOf, pipelineOf, shownFaults } from '../project.test-support.ts';

const made = (matrix: object = {}) => ({ command: 'true', matrix, outputs: { o: 'o.txt', p: 'p.txt' } });
const reader = (inputs: unknown, matrix: object = {}) => ({ command: 'true', matrix, inputs });

/** The input `i` of the one instance, or of the named one, of a stage that reads `a`. */
async function read(reference: unknown, producer: object, own: object = {}, id = 'b') {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      params: { v: 1 },
      stages: { a: made(producer), b: reader({ i: reference, v: { path: 'x${params.v}' } }, own) },
    },
  });
  return instanceOf(pipeline, id).inputs.i;
}

const output = (producer: string, name = 'o') => ({ kind: 'output', producer, output: name });
const list = (...producers: string[]) => ({
  kind: 'gather',
  members: producers.map((producer) => expect.objectContaining({ producer, output: 'o' }) as unknown),
});
const axes = { d: [1, 2], e: ['x', 'y'] };

test.each([
  ['@a/o', {}, {}, 'b', output('a')],
  ['@a/p', {}, {}, 'b', output('a', 'p')],
  ['@a:d=1,e=y/o', axes, {}, 'b', output('a:d=1,e=y')],
  ['@a:e=y,d=1/o', axes, {}, 'b', output('a:d=1,e=y')],
  ['@a:d=${params.v},e=x/o', axes, {}, 'b', output('a:d=1,e=x')],
  ['@a:d=2/o', axes, { e: ['y'] }, 'b:e=y', output('a:d=2,e=y')],
  ['@a:d=*,e=x/o', axes, {}, 'b', list('a:d=1,e=x', 'a:d=2,e=x')],
  ['@a:d=*/o', axes, axes, 'b:d=1,e=y', list('a:d=1,e=y', 'a:d=2,e=y')],
  ['@a:*/o', axes, { d: [2] }, 'b:d=2', list('a:d=2,e=x', 'a:d=2,e=y')],
  ['@a:e=x,*/o', axes, {}, 'b', list('a:d=1,e=x', 'a:d=2,e=x')],
  ['@a:*/o', {}, {}, 'b', list('a')],
  ['@a:path=u/v/o', { path: ['u/v', 'w'] }, {}, 'b', output('a:path=u/v')],
  ['@a:d=${d.of}/o', { d: ['k', 'l'] }, { d: { r: { of: 'l' } } }, 'b:d=r', output('a:d=l')],
])('%s of a stage with the axes %j reads what it says', async (reference, producer, own, id, expected) => {
  expect(await read(reference, producer, own, id)).toEqual(expected);
});

test('an instance fixes an axis to the value that its record holds, commas and slashes included', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      axes: { start: ['u/v', 'w'], model: { M1: { w: '@a:start=${model.from}/o', from: 'u/v' }, M2: { w: null } } },
      stages: { a: made({ start: '*' }), b: reader({ i: '${model.w}' }, { model: '*' }) },
    },
  });
  expect(instanceOf(pipeline, 'b:model=M1').inputs.i).toEqual(output('a:start=u/v'));
  expect(instanceOf(pipeline, 'b:model=M2').inputs.i).toEqual({ kind: 'none' });
});

test('a text is a reference only where an input is', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      params: { mail: '@joe', where: '@a/o' },
      stages: {
        a: made(),
        b: {
          ...reader({ direct: '@a/o', named: '${params.where}', path: { path: '@a/o' }, pattern: './@(x|y).png' }),
          description: '@joe',
          params: { mail: '${params.mail}', text: '@a/o', also: '${params.where}' },
          env: ['A'],
          outputs: { o: { file: '@o.txt', publish: '@out/o.txt' } },
        },
      },
    },
  });
  const { inputs, params, outputs } = instanceOf(pipeline, 'b');
  expect(inputs).toEqual({
    direct: output('a'),
    named: output('a'),
    path: { kind: 'path', path: '@a/o', optional: false },
    pattern: { kind: 'glob', pattern: '@(x|y).png' },
  });
  expect(params).toEqual({ mail: '@joe', text: '@a/o', also: '@a/o' });
  expect(outputs.o).toMatchObject({ file: '@o.txt', publish: '@out/o.txt' });
});

test.each([
  ['@a', '[@a] malformed-reference: "@a" names no output'],
  ['@', '[@] malformed-reference: "@" names no output'],
  ['@/o', '[/] malformed-reference: the name of a stage is missing'],
  ['@a/', '["] malformed-reference: the name of an output is missing'],
  ['@a b/o', '[a b] malformed-reference: "a b" is no name of a stage'],
  ['@${params.v}/o', '[${params.v}] malformed-reference: "${params.v}" is no name of a stage'],
  ['@a/${params.v}', '[${params.v}] malformed-reference: "${params.v}" is no name of an output'],
  ['@a/o.txt', '[o.txt] malformed-reference: "o.txt" is no name of an output'],
  ['@a:/o', '[/] malformed-reference: the name of an axis is missing'],
  ['@a:d/o', '[d] malformed-reference: axis "d" gets no value'],
  ['@a:d=/o', '[d=] malformed-reference: axis "d" gets no value'],
  ['@a:d=1,/o', '[/] malformed-reference: the name of an axis is missing'],
  ['@a:d = 1/o', '[d = 1] malformed-reference: a reference holds no white space'],
  ['@a:d=1=2/o', '[d=1=2] malformed-reference: "1=2" is no value of an axis'],
  ['@a:1d=1/o', '[1d=1] malformed-reference: "1d" is no name of an axis'],
  ['@a:d=1,d=2/o', '[d] malformed-reference: axis "d" is named twice'],
  ['@a:*,*/o', '[*] malformed-reference: axis "*" is named twice'],
  ['@a/*', '[*] malformed-reference: one input reads one output, and this names several'],
  ['@a/{o,p}', '[p] malformed-reference: one input reads one output, and this names several'],
  ['@a/{o', '[{o] malformed-reference: "{o" is no name of an output'],
  ['@(x|y).png', '[@(x|y).png] malformed-reference: "@(x|y).png" names no output'],
  ['@c/o', '[c] unknown-stage: there is no stage "c"'],
  ['@a/q', '[q] unknown-output: stage "a" has no output "q"'],
  ['@a:f=1,d=1/o', '[f] unknown-axis: stage "a" has no axis "f" to fix'],
  ['@a:f=*,d=1/o', '[f] unknown-axis: stage "a" has no axis "f" to gather along'],
  ['@a:d=3/o', '[3] unknown-value: axis "d" of stage "a" has no value "3"'],
  ['@a:d=${params.w}/o', '[${params.w}] unknown-param: there is no parameter "w"'],
  ['@a:d=${f}/o', '[${f}] unknown-axis: the stage has no axis "f"'],
  ['@a/o', '["@a/o"] unbound-axis: input "i" does not bind axis "d" of stage "a"'],
])('%s is refused, and the word at fault is underlined', async (reference, fault) => {
  const stages = { a: made({ d: [1, 2] }), b: reader({ i: reference }) };
  const shown = await shownFaults({ 'pipeline.json': JSON.stringify({ params: { v: 1 }, stages }, null, 1) });
  expect(shown.map((text) => text.replace(/^\S+ /, ''))).toContain(fault);
});

test.each([
  ['a field of a record', { axes: { m: { r: { w: '@a/q' } } }, matrix: ['m'], input: '${m.w}' }],
  ['a parameter', { params: { w: '@a/q' }, input: '${params.w}' }],
])(
  'a fault in a reference that stands in %s is placed there',
  async (_, { input, matrix, ...top }: Record<string, unknown>) => {
    const stages = {
      a: made(),
      b: { command: 'true', ...(matrix === undefined ? {} : { matrix }), inputs: { i: input } },
    };
    const shown = await shownFaults({ 'pipeline.json': { ...top, stages } });
    expect(shown).toEqual(['pipeline.json:1 [q] unknown-output: stage "a" has no output "q"']);
  },
);
