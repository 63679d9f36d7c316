import { expect, test } from 'vitest';
import { instanceOf, pipelineOf, shownFaults, stagesOf } from '../project.test-support.ts';

const made = (...outputs: string[]) => ({
  command: 'true',
  outputs: Object.fromEntries(outputs.map((name) => [name, `${name}.txt`])),
});
const output = (producer: string, name: string) => ({ kind: 'output', producer, output: name });
const file = (path: string) => ({ kind: 'path', path, optional: false });

test('a list names all outputs of a stage, some of them, one, and inputs of other kinds', async () => {
  const pipeline = await stagesOf({
    a: made('x', 'y', 'z'),
    b: made('s', 't'),
    c: { command: 'true', inputs: ['@a/*', '@b/{s,t}', { data: 'data.csv', none: null, again: '@b/s' }] },
  });
  expect(instanceOf(pipeline, 'c').inputs).toEqual({
    x: output('a', 'x'),
    y: output('a', 'y'),
    z: output('a', 'z'),
    s: output('b', 's'),
    t: output('b', 't'),
    data: file('data.csv'),
    none: { kind: 'none' },
    again: output('b', 's'),
  });
});

test('selectors hold for every output that an item names', async () => {
  const pipeline = await stagesOf({
    a: { ...made('x', 'y'), matrix: { d: [1, 2] } },
    b: { command: 'true', inputs: ['@a:d=2/*'] },
    c: { command: 'true', inputs: ['@a:*/{x,y}'] },
  });
  expect(instanceOf(pipeline, 'b').inputs).toEqual({ x: output('a:d=2', 'x'), y: output('a:d=2', 'y') });
  expect(instanceOf(pipeline, 'c').inputs).toMatchObject({
    x: { members: { length: 2 } },
    y: { members: { length: 2 } },
  });
});

test('later items win, whole, over earlier ones, a template and a base file', async () => {
  const base = {
    templates: { t: { inputs: { k: { path: 'template.csv', optional: true, source: 'there' }, l: 'l.csv' } } },
    stages: {
      a: made('x', 'y'),
      b: { extends: 't', command: 'true', inputs: ['@a/*', { x: { path: 'base.csv', optional: true }, m: '@a/x' }] },
    },
  };
  const over = { extends: 'base.json', stages: { b: { inputs: [{ x: { path: 'over.csv' }, k: { path: 'k.csv' } }] } } };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  expect(instanceOf(pipeline, 'b').inputs).toEqual({
    k: file('k.csv'),
    l: file('l.csv'),
    x: file('over.csv'),
    y: output('a', 'y'),
    m: output('a', 'x'),
  });
});

test('every output means those of the merged whole: of templates and of the files above and below', async () => {
  const base = { stages: { a: { extends: 't', command: 'true' }, b: { command: 'true', inputs: ['@a/*'] } } };
  const over = {
    extends: 'base.json',
    templates: { t: { outputs: { x: 'x.txt' } } },
    stages: { a: { outputs: { y: 'y.txt' } } },
  };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  expect(Object.keys(instanceOf(pipeline, 'b').inputs)).toEqual(['x', 'y']);
});

test.each([
  ['data.csv', '["data.csv"] malformed-reference: "data.csv" has no name among the inputs'],
  ['${params.x}', '["${params.x}"] malformed-reference: "${params.x}" has no name among the inputs'],
  [3, '[3] wrong-type: expected a reference such as "@stage/*", or an object of inputs, got the number 3'],
  [null, '[null] wrong-type: expected a reference such as "@stage/*", or an object of inputs, got null'],
  ['@c/*', '[c] unknown-stage: there is no stage "c"'],
  ['@a/{x,q}', '[q] unknown-output: stage "a" has no output "q"'],
  ['@a/{x,}', '[}] malformed-reference: the name of an output is missing'],
  ['@none/*', '[*] unknown-output: stage "none" has no outputs'],
  [{ all: '@a/*' }, '[*] malformed-reference: one input reads one output, and this names several'],
  [{ 'my x': '@a/x' }, '["my x"] invalid-name: "my x" cannot be used as a name'],
  [
    { x: 3 },
    '[3] wrong-type: expected a path, a reference such as "@stage/output", a placeholder such as ' +
      '"${model.weights}", or null, got the number 3',
  ],
])('the item %j is refused, and the word at fault is underlined', async (item, fault) => {
  const stages = { a: made('x'), none: { command: 'true' }, b: { command: 'true', inputs: [{ ok: 'ok.csv' }, item] } };
  expect(await shownFaults({ 'pipeline.json': { stages } })).toEqual([`pipeline.json:1 ${fault}`]);
});

test('an input that is at fault causes no other faults', async () => {
  const command = 'cat ${inputs.x} ${inputs.y} > ${outputs.o}';
  const stages = { a: 'nothing', b: { command, inputs: ['@a/*', '@c'], outputs: { o: 'o' } } };
  expect((await shownFaults({ 'pipeline.json': { stages } })).map((fault) => fault.replace(/^\S+ /, ''))).toEqual([
    '["nothing"] wrong-type: expected a stage, got the text "nothing"',
    '[@c] malformed-reference: "@c" names no output',
  ]);
});
