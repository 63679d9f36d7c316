import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadPipeline } from './load.ts';
import { faultsOf, idsOf, instanceOf, load, pipelineOf, stagesOf } from './project.test-support.ts';

const docs = path.resolve(import.meta.dirname, '../../../docs');

test('the example in the documentation is a pipeline', async () => {
  const loaded = await loadPipeline(path.join(docs, 'examples/words/pipeline.json'), { set: [] });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error.diagnostics));
  expect(idsOf(loaded.value.pipeline)).toEqual(['count:text=poem', 'count:text=prose', 'report']);
  expect(loaded.value.pipeline.root).toBe(path.join(docs, 'examples/words'));
  expect(loaded.value.warnings).toEqual([]);
});

test('every pipeline that docs/pipeline.md shows is right', async () => {
  const text = await readFile(path.join(docs, 'pipeline.md'), 'utf8');
  const shown = [...text.matchAll(/^```json\n([^]*?)^```/gm)].map(([, json]) => json!);
  expect(shown.length).toBeGreaterThan(3);
  for (const json of shown) {
    const modules = [...json.matchAll(/"([\w-]+)": \{/g)].map(([, name]) => [`stages/${name}.ts`, ''] as const);
    const base = { params: { epochs: 1 }, stages: { train: { command: 'train ${params.epochs}' } } };
    const files: Record<string, unknown> = Object.fromEntries(modules);
    expect(await faultsOf({ ...files, 'base.json': base, 'pipeline.json': json })).toEqual([]);
  }
});

test('docs/pipeline.md names every key of the schema', async () => {
  const text = await readFile(path.join(docs, 'pipeline.md'), 'utf8');
  const schema = JSON.parse(await readFile(path.resolve(docs, '../schema/pipeline.schema.json'), 'utf8')) as unknown;
  const keys = new Set<string>();
  JSON.stringify(schema, (name, value: unknown) => {
    if (name === 'properties') for (const key of Object.keys(value as object)) keys.add(key);
    return value;
  });
  expect(keys).toContain('gather');
  expect([...keys].filter((key) => !text.includes(`\`${key}\``) && !text.includes(`"${key}"`))).toEqual([]);
});

test('the study of the design: axes are shared, fixed and gathered', async () => {
  const pipeline = await stagesOf(
    {
      ingest: {
        matrix: { dataset: '${params.datasets}' },
        command: 'true',
        inputs: { source: 'data/${dataset}' },
        outputs: { images: 'images' },
      },
      pretrain: {
        matrix: { dataset: '${params.datasets}', start: ['random', 'imagenet'] },
        command: 'true',
        inputs: { images: { stage: 'ingest', output: 'images' } },
        outputs: { weights: 'weights' },
      },
      finetune: {
        matrix: {
          dataset: '${params.datasets}',
          seed: [0, 1],
          model: {
            M1: { weights: null },
            M2: { weights: { stage: 'pretrain', output: 'weights', where: { start: 'random' } } },
          },
        },
        command: 'true',
        inputs: { images: { stage: 'ingest', output: 'images' }, weights: '${model.weights}' },
        outputs: { scores: 'scores.csv' },
      },
      evaluate: {
        matrix: { dataset: '${params.datasets}', model: ['M1', 'M2'] },
        command: 'true',
        inputs: { scores: { stage: 'finetune', output: 'scores', gather: ['seed'] } },
        outputs: { metrics: 'metrics.json' },
      },
      report: { command: 'true', inputs: { metrics: { stage: 'evaluate', output: 'metrics', gather: true } } },
    },
    { datasets: ['skin', 'lung'] },
  );
  expect(idsOf(pipeline, 'pretrain')).toEqual([
    'pretrain:dataset=skin,start=random',
    'pretrain:dataset=skin,start=imagenet',
    'pretrain:dataset=lung,start=random',
    'pretrain:dataset=lung,start=imagenet',
  ]);
  expect(idsOf(pipeline, 'finetune')).toHaveLength(8);
  expect(instanceOf(pipeline, 'finetune:dataset=lung,model=M1,seed=1').inputs.weights).toEqual({ kind: 'none' });
  expect(instanceOf(pipeline, 'finetune:dataset=lung,model=M2,seed=1').inputs.weights).toEqual({
    kind: 'output',
    producer: 'pretrain:dataset=lung,start=random',
    output: 'weights',
  });
  expect(instanceOf(pipeline, 'evaluate:dataset=skin,model=M2').inputs.scores).toEqual({
    kind: 'gather',
    members: [0, 1].map((seed) => ({
      producer: `finetune:dataset=skin,model=M2,seed=${seed}`,
      output: 'scores',
      axes: { dataset: 'skin', seed, model: 'M2' },
    })),
  });
  expect(instanceOf(pipeline, 'report').inputs.metrics).toMatchObject({ kind: 'gather', members: { length: 4 } });
  expect(pipeline.stages.map(({ name, axes, reads }) => [name, axes, reads])).toEqual([
    ['ingest', ['dataset'], []],
    ['pretrain', ['dataset', 'start'], ['ingest']],
    ['finetune', ['dataset', 'seed', 'model'], ['ingest', 'pretrain']],
    ['evaluate', ['dataset', 'model'], ['finetune']],
    ['report', [], ['evaluate']],
  ]);
});

test('everything that a stage can say arrives in its instance', async () => {
  const pipeline = await stagesOf(
    {
      train: {
        matrix: { seed: [3] },
        command: 'train ${params.net.width} ${params.rate} ${seed} ${inputs.table} > ${outputs.log}',
        inputs: {
          table: 'data/t.csv',
          folder: './data//set/',
          glob: 'data/*.png',
          literal: { path: 'data/[1].png' },
          maybe: { path: 'w.bin', optional: true, source: 'ask Ada' },
          none: null,
          outside: '../shared',
        },
        params: { rate: '${params.rates.1}', all: '${params.net}', text: 'run ${seed} of ${params.net.width}' },
        outputs: {
          log: 'log.txt',
          figures: { file: 'figures/', publish: 'reports/${seed}/' },
          metrics: { file: 'm.json', metrics: true, commit: true },
        },
        env: ['TZ', { name: 'TOKEN', secret: true }, { name: 'LC_ALL' }],
        resources: { gpu: 1, memory: '1.5 GiB', licence: '${params.net.width}' },
        timeout: '1h 30m',
        retries: { limit: 2, delay: '250ms', on: [75] },
        description: 'trains',
      },
      quick: { command: 'true', timeout: 90, retries: 1 },
    },
    { rates: [0.1, 0.01], net: { width: 8, depth: 2 } },
  );
  const { location, ...train } = pipeline.instances[0]!;
  expect(train).toEqual({
    id: 'train:seed=3',
    stage: 'train',
    axes: { seed: 3 },
    body: {
      kind: 'command',
      template: 'train ${params.net.width} ${params.rate} ${seed} ${inputs.table} > ${outputs.log}',
    },
    inputs: {
      table: { kind: 'path', path: 'data/t.csv', optional: false },
      folder: { kind: 'path', path: 'data/set', optional: false },
      glob: { kind: 'glob', pattern: 'data/*.png' },
      literal: { kind: 'path', path: 'data/[1].png', optional: false },
      maybe: { kind: 'path', path: 'w.bin', optional: true, source: 'ask Ada' },
      none: { kind: 'none' },
      outside: { kind: 'path', path: '../shared', optional: false },
    },
    params: { net: { width: 8 }, rate: 0.01, all: { width: 8, depth: 2 }, text: 'run 3 of 8' },
    env: ['TZ', 'LC_ALL'],
    secrets: ['TOKEN'],
    outputs: {
      log: { kind: 'file', file: 'log.txt', metrics: false, commit: false },
      figures: { kind: 'folder', file: 'figures', publish: 'reports/3', metrics: false, commit: false },
      metrics: { kind: 'file', file: 'm.json', metrics: true, commit: true },
    },
    resources: { gpu: 1, memory: 1.5 * 2 ** 30, licence: 8 },
    timeoutMs: 5_400_000,
    retries: { limit: 2, delayMs: 250, on: [75] },
  });
  expect(location.line).toBe(1);
  expect(pipeline.stages[0]!.description).toBe('trains');
  expect(pipeline.instances[1]).toMatchObject({
    timeoutMs: 90_000,
    retries: { limit: 1, delayMs: 1000 },
    env: [],
    secrets: [],
    resources: {},
  });
});

test("a command's parameter is the stage's own where the stage declares it, else the pipeline's", async () => {
  const { instances } = await stagesOf(
    { a: { command: 'x ${params.rate} ${params.list.1} ${params.deep.er.x}', params: { rate: 2 } } },
    { rate: 1, list: [5, 6], deep: { er: { x: 1, y: 2 }, z: 3 } },
  );
  expect(instances[0]!.params).toEqual({ rate: 2, list: [5, 6], deep: { er: { x: 1 } } });
});

test('comments, trailing commas and a byte order mark are no faults', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': '\uFEFF// a\n{ "stages": { /* b */ "a": { "command": "true", }, }, }\n',
  });
  expect(pipeline.name).toBe('pipeline');
  expect(pipeline.stages[0]!.location).toMatchObject({ line: 2, column: 23, length: 3 });
});

test('extends: objects merge deeply, everything else replaces, and faults are placed in their file', async () => {
  const base = {
    params: { seeds: [0, 1, 2], net: { width: 8, depth: 2 } },
    stages: { a: { command: 'a ${params.seeds} ${params.net}', timeuot: '1h' } },
  };
  const files = {
    'base.json': JSON.stringify(base, null, 2),
    'variants/b.json':
      '{ "extends": "../base.json", "params": { "seeds": [9], "net": { "width": 4 } }, "stages": { "b": { ' +
      '"comand": "b" } } }',
  };
  expect(await faultsOf(files)).toEqual([
    'base.json:16:7 unknown-key: unknown key "timeuot"',
    'b.json:1:100 unknown-key: unknown key "comand"',
  ]);
  const mended = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      text.replace('timeuot', 'timeout').replace('comand', 'command'),
    ]),
  );
  const pipeline = await pipelineOf({ 'package.json': '{}', ...mended });
  expect(pipeline.params).toEqual({ seeds: [9], net: { width: 4, depth: 2 } });
  expect(pipeline.stages.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('extends: of a list, each file is laid over those before it, and a missing one is underlined', async () => {
  const files = {
    'a.json': { params: { x: 'a', y: 'a', z: 'a' }, stages: { s: { command: 'a' } } },
    'b.json': { params: { y: 'b', z: 'b' }, stages: { s: { command: 'b' } } },
    'pipeline.json': { extends: ['a.json', 'b.json'], params: { z: 'c' } },
  };
  const pipeline = await pipelineOf(files);
  expect(pipeline.params).toEqual({ x: 'a', y: 'b', z: 'c' });
  expect(pipeline.instances.map(({ body }) => body)).toEqual([expect.objectContaining({ template: 'b' })]);
  const wrong = (extended: unknown) => faultsOf({ ...files, 'pipeline.json': { extends: extended } });
  expect(await wrong(['a.json', 'c.json'])).toEqual([
    'pipeline.json:1:22 unknown-extends: there is no file "c.json" to extend',
  ]);
  expect(await wrong([])).toEqual([
    'pipeline.json:1:12 wrong-value: expected the path of a pipeline file, or a list of one or more paths, got a list',
  ]);
  expect(await wrong(['a.json', 3])).toEqual([expect.stringMatching(/^pipeline\.json:1:22 wrong-type: /)]);
});

test('a circle of extends is named', async () => {
  const files = {
    'a.json': '{ "extends": "b.json" }',
    'b.json': '{ "extends": "c.json" }',
    'c.json': '{ "extends": "b.json" }',
    'pipeline.json': '{ "extends": "a.json", "stages": {} }',
  };
  expect(await faultsOf(files)).toEqual([
    'c.json:1:14 extends-cycle: "extends" forms a cycle: b.json -> c.json -> b.json',
  ]);
});

test('faults that have nothing to do with each other are all reported at once', async () => {
  const stages = {
    ingest: { command: 'true', timeout: 'soon', outputs: { images: 'images' } },
    split: { command: 'true ${inputs.tabel}', inputs: { table: { stage: 'ingets', output: 'images' } } },
    a: { command: 'true', inputs: { x: { stage: 'b', output: 'x' } }, outputs: { x: 'x' } },
    b: { command: 'true', inputs: { x: { stage: 'c', output: 'x' } }, outputs: { x: 'x' } },
    c: { command: 'true', inputs: { x: { stage: 'a', output: 'x' } }, outputs: { x: '/x' } },
    train: {
      module: 'stages/train.ts',
      params: { rate: '${params.rte}' },
      inputs: {
        a: { stage: 'ingest', output: 'image' },
        b: { stage: 'ingest', output: 'images', where: { seed: 1 } },
        c: { stage: 'ingest', output: 'images', gather: ['seed'] },
      },
    },
  };
  const faults = await faultsOf({ 'pipeline.json': { parms: {}, params: { rate: 1 }, stages } });
  expect(faults.map((fault) => fault.replace(/^\S+ /, '')).sort()).toEqual([
    'cycle: stages wait for each other: a reads b reads c reads a',
    'missing-module: there is no module stages/train.ts',
    'output-path: an output cannot be written to "/x"',
    'unknown-key: unknown key "parms"',
    'unknown-output: stage "ingest" has no output "image"',
    'unknown-param: there is no parameter "rte"',
    'unknown-placeholder: the stage has no input "tabel"',
    'unknown-stage: there is no stage "ingets"',
    'wrong-value: expected a duration such as "12h", "1h 30m" or "90s", or a number of seconds, got the text "soon"',
  ]);
});

test('what refers to something that is itself at fault is not reported for it', async () => {
  const stages = {
    ingest: 'python3 ingest.py',
    split: { command: 'true', outputs: ['table.csv'] },
    train: {
      command: 'train ${params.rate} ${seed}',
      matrix: { seed: '3' },
      inputs: { a: { stage: 'ingest', output: 'images' }, b: { stage: 'split', output: 'table' } },
    },
  };
  expect(
    (await faultsOf({ 'pipeline.json': { params: [0.1], stages } })).map((fault) => fault.replace(/^\S+ /, '')),
  ).toEqual([
    'wrong-type: expected an object, got a list',
    'wrong-type: expected a stage, got the text "python3 ingest.py"',
    'wrong-type: expected an object of outputs, got a list',
    'wrong-value: expected a list of values, an object of named records, "*", or a placeholder such as ' +
      '"${params.datasets}", got the text "3"',
  ]);
});

test('where and gather on axes that the producer lacks are reported together', async () => {
  const stages = {
    ingest: { command: 'true', outputs: { images: 'images' } },
    train: {
      command: 'true',
      inputs: {
        b: { stage: 'ingest', output: 'images', where: { seed: 1 } },
        c: { stage: 'ingest', output: 'images', gather: ['fold'] },
      },
    },
  };
  expect(await faultsOf({ 'pipeline.json': { stages } })).toEqual([
    'pipeline.json:1:155 unknown-axis: stage "ingest" has no axis "seed" to fix',
    'pipeline.json:1:216 unknown-axis: stage "ingest" has no axis "fold" to gather along',
  ]);
});

test('a value that comes through a placeholder has to fit as if it stood there', async () => {
  const stages = {
    a: {
      command: 'true',
      timeout: '${params.t}',
      resources: { gpu: '${params.g}' },
      matrix: { x: '${params.x}' },
      outputs: { o: { file: 'o', metrics: '${params.m}' } },
    },
  };
  expect(await faultsOf({ 'pipeline.json': { params: { t: true, g: -1, x: 3, m: 'yes' }, stages } })).toEqual([
    'pipeline.json:1:16 wrong-type: expected a duration such as "12h", "1h 30m" or "90s", or a number of ' +
      'seconds, got true',
    'pipeline.json:1:25 wrong-value: expected a number that is not negative, got the number -1',
    'pipeline.json:1:32 wrong-type: expected a list of values, an object of named records, "*", or a ' +
      'placeholder such as "${params.datasets}", got the number 3',
    'pipeline.json:1:38 wrong-value: expected true or false, got the text "yes"',
  ]);
});

test('a suggestion for a placeholder can be pasted over it', async () => {
  const loaded = await load({
    'pipeline.json': { params: { train: { epochs: 1 } }, stages: { a: { command: 'x ${params.trian.epochs}' } } },
  });
  expect(loaded.ok ? undefined : loaded.error.diagnostics[0]!.suggestion).toBe('${params.train.epochs}');
});

test('a placeholder inside a text with escapes is found in the file as it is written there', async () => {
  const text = String.raw`{ "stages": { "a": { "command": "echo \"\u00e4\"\t${'${nothing}'}" } } }`;
  const loaded = await load({ 'pipeline.json': text });
  const location = loaded.ok ? undefined : loaded.error.diagnostics[0]!.location;
  expect(text.slice(location!.column - 1, location!.column - 1 + location!.length)).toBe('${nothing}');
});

test('what nothing refers to is warned about, at the outermost place', async () => {
  const loaded = await load({
    'pipeline.json': {
      params: { a: 1, b: { c: 2, d: { e: 3 } }, f: [1, 2], g: 0 },
      stages: { s: { command: '${params.a} ${params.b.c} ${params.f.0}' } },
    },
  });
  expect(loaded.ok && loaded.value.warnings.map(({ message }) => message)).toEqual([
    'no stage uses the parameter "b.d"',
    'no stage uses the parameter "g"',
  ]);
});

test('a parameter of an extended file is not warned of: another file may use it', async () => {
  const base = { params: { size: 64, net: { width: 2 } }, stages: { s: { command: 'x ${params.net.width}' } } };
  const loaded = await load({
    'base.json': base,
    'pipeline.json': { extends: 'base.json', params: { rate: 1, net: { depth: 3 } } },
  });
  expect(loaded.ok && loaded.value.warnings.map(({ message }) => message)).toEqual([
    'no stage uses the parameter "rate"',
    'no stage uses the parameter "net.depth"',
  ]);
});

test('a fault deep inside a part of a stage is told beside all others', async () => {
  const stages = {
    a: {
      command: 'true',
      matrix: { s: [1, null], t: [0] },
      resources: { memory: '8 gigs', gpu: -1 },
      retries: { limit: 1, on: [0] },
      outputs: { o: { file: 'o', metrics: 3 } },
    },
    b: {
      command: 'true',
      inputs: { x: { stage: 'a', output: 'o', where: { s: null } } },
      env: [{ name: 'X', secret: 1 }],
    },
    c: { command: 'true', matrix: { m: [1], include: [{ m: null }], exclude: [3] } },
  };
  const faults = await faultsOf({ 'pipeline.json': { stages } });
  expect(faults.map((fault) => fault.replace(/^\S+ ([a-z-]+): .*got /, '$1: '))).toEqual([
    'wrong-type: null',
    'wrong-value: the text "8 gigs"',
    'wrong-value: the number -1',
    'wrong-value: the number 0',
    'wrong-type: the number 3',
    'wrong-type: null',
    'wrong-type: the number 1',
    'wrong-type: null',
    'wrong-type: the number 3',
  ]);
});

test('no pipeline, however wrong, makes the loader fail', async () => {
  const whole = {
    params: { a: [1], r: { x: { f: 1 } } },
    axes: { seed: '${params.a}', model: { M1: { w: '@a:s=1/o' }, M2: { w: null } } },
    templates: {
      t: { extends: 'u', outputs: { o: 'o' }, publish: 'x/${stage}/' },
      u: { timeout: '1h', inputs: ['@a/*'] },
    },
    stages: {
      a: {
        command: 'true ${params.a}',
        matrix: { s: [1, 2], r: '${params.r}', include: [{ s: 3, r: 'x' }], exclude: [{ s: 1 }] },
        outputs: { o: { file: 'o.json', publish: 'p/${s}', metrics: true } },
        resources: { cpu: 1, memory: '1 GiB' },
        timeout: '1h',
        retries: { limit: 1, delay: '1s', on: [1] },
        env: ['A', { name: 'B', secret: true }],
      },
      b: {
        command: 'cat ${inputs.x}',
        inputs: {
          x: { stage: 'a', output: 'o', where: { s: 1 }, gather: ['r'] },
          y: { path: 'd', optional: true },
          z: null,
        },
        params: { p: '${params.a.0}' },
        outputs: { q: 'q/' },
      },
      c: {
        extends: 't',
        command: 'true',
        matrix: ['model', 'seed'],
        inputs: ['@b/*', '@b/{q}', { w: '${model.w}', v: '@a:*/o' }],
        params: ['${params.r}', '${params.r.{x}}', { y: 1 }],
      },
      d: { command: 'true', matrix: { model: ['M1'], seed: '*' } },
    },
  };
  const values = [
    null,
    true,
    3,
    -1,
    0.5,
    '',
    'text',
    '${params.a}',
    '${s}',
    '${',
    [],
    [null],
    {},
    { x: {} },
    { stage: 'b', output: 'q' },
    '@b/q',
    '*',
    ['@b/*'],
  ];
  for (const place of pathsOf(whole))
    for (const value of values) await faultsOf({ 'pipeline.json': JSON.stringify(replaced(whole, place, value)) });
}, 60_000);

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => pathsOf(part).map((rest) => [key, ...rest]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

test('nothing is published over the pipeline file or its lockfile', async () => {
  for (const [publish, what] of [
    ['pipeline.json', 'the pipeline file itself'],
    ['pipeline.lock.json', 'the lockfile of this pipeline'],
  ]) {
    const faults = await faultsOf({
      'pipeline.json': { stages: { a: { command: 'true', outputs: { o: { file: 'o.json', publish } } } } },
    });
    expect(faults).toEqual([expect.stringContaining(`publish-path: ${publish} is ${what}`)]);
  }
});

test('a file without stages, or with none, says what a first one looks like', async () => {
  const [without, none] = [await load({ 'pipeline.json': {} }), await load({ 'pipeline.json': { stages: {} } })];
  const remedy = expect.stringContaining('pipeline init') as unknown;
  expect(without).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'missing-key', remedy }] } });
  expect(none).toMatchObject({ ok: true, value: { warnings: [{ code: 'missing-key', remedy }] } });
});

test('every key of the schema that a user may write has a description for editors', async () => {
  const schema = JSON.parse(await readFile(path.resolve(docs, '../schema/pipeline.schema.json'), 'utf8')) as {
    definitions: Record<string, { description?: string }>;
  };
  const bare: string[] = [];
  JSON.stringify(schema, (name, value: unknown) => {
    if (name !== 'properties') return value;
    for (const [key, rule] of Object.entries(
      value as Record<string, { description?: string; $ref?: string } | boolean>,
    )) {
      if (
        typeof rule === 'object' &&
        rule.description === undefined &&
        schema.definitions[rule.$ref?.split('/').at(-1) ?? '']?.description === undefined
      )
        bare.push(key);
    }
    return value;
  });
  expect(bare).toEqual([]);
});

test('a misspelt "extends" is told alone, of a file and of a stage', async () => {
  const stages = { train: { command: 'x ${params.rate}', params: ['${params.train}'] } };
  expect(
    await faultsOf({
      'base.json': { params: { rate: 1, train: {} }, stages },
      'pipeline.json': { extnds: 'base.json', stages },
    }),
  ).toEqual([expect.stringMatching(/unknown key "extnds"/)]);
  expect(await faultsOf({ 'pipeline.json': { stages: { train: { extnds: 'training' } } } })).toEqual([
    expect.stringMatching(/unknown key "extnds"/),
  ]);
});

test('an absolute path outside of the project stays as the user wrote it; one inside is relative', async () => {
  const pipeline = await pipelineOf({
    'pipeline.json': {
      stages: { a: { command: 'x', inputs: { far: '/nowhere/data/../x.csv', near: '../y.csv' }, outputs: { o: 'o' } } },
    },
  });
  expect(instanceOf(pipeline, 'a').inputs).toMatchObject({
    far: { path: '/nowhere/x.csv' },
    near: { path: '../y.csv' },
  });
});
