import { expect, test } from 'vitest';
import { idsOf, instanceOf, pipelineOf, shownFaults } from '../project.test-support.ts';

test('a stage takes all that its chain of templates says, nearest last', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      axes: { d: ['x', 'y'], s: [0] },
      templates: {
        limits: { timeout: '1h', resources: { cpu: 1, gpu: 1 }, env: ['A'], matrix: ['d'] },
        training: {
          extends: 'limits',
          resources: { gpu: 2 },
          env: ['B'],
          params: { a: 1, b: 1 },
          outputs: { w: 'w.bin', c: { file: 'c.json', metrics: true } },
          publish: 'out/${stage}/${d}/',
        },
      },
      stages: {
        train: {
          extends: 'training',
          command: 'train ${stage} > ${outputs.w}',
          matrix: { s: '*' },
          params: { b: 2, name: '${stage}' },
          outputs: { c: { publish: 'c-${d}.json' } },
          timeout: '2h',
          description: 'trains ${stage}',
        },
      },
    },
  });
  expect(idsOf(pipeline)).toEqual(['train:d=x,s=0', 'train:d=y,s=0']);
  expect(instanceOf(pipeline, 'train:d=y,s=0')).toMatchObject({
    body: { template: 'train train > ${outputs.w}' },
    params: { a: 1, b: 2, name: 'train' },
    resources: { cpu: 1, gpu: 2 },
    env: ['B'],
    timeoutMs: 7_200_000,
    outputs: {
      w: { file: 'w.bin', publish: 'out/train/y/w.bin' },
      c: { file: 'c.json', metrics: true, publish: 'c-y.json' },
    },
  });
  expect(pipeline.stages[0]).toMatchObject({ axes: ['d', 's'], description: 'trains train' });
});

test('templates mean the merged whole, whichever file says them', async () => {
  const base = { templates: { t: { command: 'base' } }, stages: { a: { extends: 't' }, b: { extends: 'u' } } };
  const over = {
    extends: 'base.json',
    templates: { t: { command: 'over' }, u: { extends: 't', timeout: '1s' } },
    stages: { b: { extends: 't' } },
  };
  const pipeline = await pipelineOf({ 'package.json': '{}', 'base.json': base, 'over.json': over });
  expect(pipeline.instances.map(({ body, timeoutMs }) => [body, timeoutMs])).toEqual([
    [{ kind: 'command', template: 'over' }, undefined],
    [{ kind: 'command', template: 'over' }, undefined],
  ]);
});

test('${stage} in a shared axis is the stage that runs', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      axes: { m: { r: { file: '${stage}.bin' } } },
      stages: { a: { command: 'true', matrix: ['m'], params: { f: '${m.file}' } } },
    },
  });
  expect(instanceOf(pipeline, 'a:m=r').params).toEqual({ f: 'a.bin' });
});

test.each([
  [{}, 'x', '["x"] unknown-template: there is no template "x"'],
  [{ t: {} }, 'a', '["a"] unknown-template: there is no template "a"'],
  [{ t: { extends: 't' } }, 't', '["t"] template-cycle: template "t" extends itself'],
  [
    { t: { extends: 'u' }, u: { extends: 'v' }, v: { extends: 'u' } },
    't',
    '["u"] template-cycle: templates extend each other in a circle: u -> v -> u',
  ],
  [{ t: 'training' }, 't', '["training"] wrong-type: expected a stage, got the text "training"'],
  [
    { t: { timeout: 'soon' } },
    't',
    '["soon"] wrong-value: expected a duration such as "12h", "1h 30m" or "90s", or a number of seconds, got ' +
      'the text "soon"',
  ],
  [{ t: { outputs: { o: { publish: 'x' } } } }, 't', '["o"] missing-key: "file" is missing in output "o"'],
  [{ t: { module: 'a.ts' } }, 't', '["command"] two-bodies: stage "a" has both a module and a command'],
  [{ t: { inputs: ['@b/o'] } }, 't', '[b] unknown-stage: there is no stage "b"'],
])('with the templates %j a stage that extends "%s" is refused', async (templates, extended, fault) => {
  const stages = { a: { extends: extended, command: 'true' } };
  expect(await shownFaults({ 'pipeline.json': { templates, stages } })).toEqual([`pipeline.json:1 ${fault}`]);
});

test('a template may be incomplete, and many stages of one template report its fault once', async () => {
  const templates = { t: { inputs: ['@nothing/o'], params: { x: '${params.nothing}' } } };
  const stages = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { extends: 't', command: 'true' }]));
  expect(await shownFaults({ 'pipeline.json': { templates, stages } })).toEqual([
    'pipeline.json:1 [nothing] unknown-stage: there is no stage "nothing"',
    'pipeline.json:1 [${params.nothing}] unknown-param: there is no parameter "nothing"',
  ]);
});

test.each([
  [{ inputs: ['@nothing/o'] }, '[nothing] unknown-stage: there is no stage "nothing"'],
  [{ inputs: { x: '@a' } }, '[@a] malformed-reference: "@a" names no output'],
  [{ params: ['${params.x}'] }, '["${params.x}"] unknown-param: there is no parameter "x"'],
  [{ params: { x: '${params.x}' } }, '[${params.x}] unknown-param: there is no parameter "x"'],
  [{ matrix: ['seed'] }, '["seed"] unknown-axis: there is no shared axis "seed"'],
  [{ matrix: { seed: [] } }, '["seed"] empty-axis: axis "seed" has no values, so the stage would never run'],
  [{ extends: 'u' }, '["u"] unknown-template: there is no template "u"'],
  [{ extends: 't' }, '["t"] template-cycle: template "t" extends itself'],
  [
    { publish: 'out', outputs: { o: 'o' } },
    '["out"] wrong-value: expected a folder that ends in "/", got the text "out"',
  ],
])('a template that no stage extends is checked once: %j', async (template, fault) => {
  const stages = { a: { command: 'true', outputs: { o: 'o' } } };
  expect(await shownFaults({ 'pipeline.json': { templates: { t: template }, stages } })).toEqual([
    `pipeline.json:1 ${fault}`,
  ]);
});

test('a template that no stage extends may lack what a stage would give it', async () => {
  const templates = {
    t: { inputs: ['@a/*', { w: '${model.w}' }], params: { s: '${seed}' }, outputs: { o: { publish: 'x' } } },
  };
  const stages = { a: { command: 'true', outputs: { o: 'o' } } };
  expect(await shownFaults({ 'pipeline.json': { templates, stages } })).toEqual([]);
});
