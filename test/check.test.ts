/** `pipeline check`: a pipeline file beside the declarations of its modules. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const TRAIN = `import { appendFileSync, writeFileSync } from 'node:fs';
import { defineStage, gathered, input, nullable, optional, output, Type } from 'pretext-study/stage';
appendFileSync('imports.log', 'train\\n');
export default defineStage({
  inputs: {
    images: input,
    weights: nullable(input),
    curves: optional(gathered({ seed: Type.Number() })),
    'more-*': optional(input),
  },
  params: Type.Object({
    learningRate: Type.Number({ exclusiveMinimum: 0 }),
    optimizer: Type.Union([Type.Literal('sgd'), Type.Literal('adamw')], { default: 'sgd' }),
    image: Type.Optional(Type.Object({ size: Type.Integer({ minimum: 8 }) })),
  }),
  outputs: { weights: output, log: optional(output) },
  run: ({ inputs, params, outputs }) => {
    writeFileSync(outputs.weights, JSON.stringify({ inputs, params, outputs: Object.keys(outputs) }));
  },
});
`;

const PREPARE = `import { writeFileSync } from 'node:fs';
export default (stage) => writeFileSync(stage.output('images'), 'pixels');
`;

const GOOD = {
  stages: {
    prepare: { module: 'prepare.ts', params: { anything: 1 }, outputs: { images: 'images.txt' } },
    seeds: {
      command: 'echo ${seed} > ${outputs.curve}',
      matrix: { seed: [1, 2] },
      outputs: { curve: 'curve.txt' },
    },
    train: {
      module: 'train.ts',
      inputs: { images: '@prepare/images', weights: null, curves: '@seeds:*/curve', 'more-data': 'data.txt' },
      params: { learningRate: 0.1 },
      outputs: { weights: { file: 'weights.txt', publish: 'result.txt' } },
    },
  },
};

type Train = Partial<(typeof GOOD)['stages']['train']> & Record<string, unknown>;

/** A project with one declared stage, which differs from the good one as said. */
async function projectWith(train: Train = {}, files: Record<string, string> = {}): Promise<Project> {
  const stages = { ...GOOD.stages, train: { ...GOOD.stages.train, ...train } };
  const project = await Project.create({
    'pipeline.json': `${JSON.stringify({ ...GOOD, stages }, null, 2)}\n`,
    'prepare.ts': PREPARE,
    'train.ts': TRAIN,
    'data.txt': 'data',
    ...files,
  });
  await mkdir(project.path('node_modules'));
  await symlink(path.resolve(import.meta.dirname, '..'), project.path('node_modules/pretext-study'));
  return project;
}

const executed = (project: Project): boolean => project.exists('cache/logs');

async function faultsOf(train: Train): Promise<string> {
  const project = await projectWith(train);
  const { code, out, err } = await project.pipeline(['check']);
  expect([code, out]).toEqual([2, '']);
  expect(executed(project)).toBe(false);
  return err;
}

const inputs = GOOD.stages.train.inputs;

describe('each fault is told with its place, before anything runs', () => {
  test('a misspelt parameter, with the one that was meant, underlined', async () => {
    const faults = await faultsOf({ params: { learnignRate: 0.1, learningRate: 0.1 } as never });
    expect(faults).toMatch(/^pipeline\.json:\d+:9 error: learnignRate: unknown parameter$/m);
    expect(faults).toContain('    "learnignRate": 0.1,\n    ~~~~~~~~~~~~~~\n  did you mean "learningRate"?\n');
  });

  test('a misspelt parameter that the stage takes as part of an object, where its name is written', async () => {
    const project = await projectWith({ params: ['${params.train}'] as never });
    const pipeline = JSON.parse(await project.read('pipeline.json')) as object;
    await project.write('pipeline.json', { params: { train: { learnignRate: 0.1, learningRate: 0.1 } }, ...pipeline });
    const { err, code } = await project.pipeline(['check']);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^pipeline\.json:\d+:7 error: learnignRate: unknown parameter\n {4}"learnignRate": 0\.1,\n {4}~{14}$/m,
    );
  });

  test('a missing input, at the stage', async () => {
    const { images, ...others } = inputs;
    expect(images).toBeDefined();
    const faults = await faultsOf({ inputs: others as never });
    expect(faults).toMatch(/^pipeline\.json:\d+:5 error: stage "train": the input "images" is missing$/m);
    expect(faults).toContain('Add it to "inputs".');
  });

  test('a parameter of a wrong type, at its use and where its value is written', async () => {
    const project = await projectWith({ params: { learningRate: '${params.rate}' } as never });
    const pipeline = JSON.parse(await project.read('pipeline.json')) as object;
    await project.write('pipeline.json', { params: { rate: '0.1' }, ...pipeline });
    const { err, code } = await project.pipeline(['check']);
    expect(code).toBe(2);
    expect(err).toMatch(/^pipeline\.json:\d+:25 error: learningRate: expected a number > 0, got "0\.1"$/m);
    expect(err).toMatch(/^ {2}pipeline\.json:3:13 the value is written here\n {4}"rate": "0\.1"\n {12}~~~~~$/m);
  });

  test.each<[string, Train, RegExp]>([
    [
      'a value that is not allowed',
      { params: { learningRate: 1, optimizer: 'adam' } as never },
      /optimizer: expected one of "sgd", "adamw", got "adam"/,
    ],
    [
      'a value deeper in',
      { params: { learningRate: 1, image: { size: 7 } } as never },
      /:\d+:19 error: image\.size: expected an integer >= 8, got 7/,
    ],
    [
      'a name deeper in',
      { params: { learningRate: 1, image: { size: 8, sise: 8 } } as never },
      /image\.sise: unknown parameter[^]*did you mean "size"/,
    ],
    ['a missing parameter', { params: {} as never }, /stage "train": learningRate: expected a number > 0, got nothing/],
    [
      'an unknown input',
      { inputs: { ...inputs, weigths: 'data.txt' } as never },
      /unknown input "weigths"[^]*did you mean "weights"/,
    ],
    [
      'null for an input that is needed',
      { inputs: { ...inputs, images: null } as never },
      /images: expected one file or folder, got null/,
    ],
    [
      'an optional path for an input that is needed',
      { inputs: { ...inputs, images: { path: 'none.txt', optional: true } } as never },
      /images: .*an optional path, which may be null/,
    ],
    [
      'a gathered input where one file is expected',
      { inputs: { ...inputs, images: '@seeds:*/curve' } },
      /images: expected one file or folder, got a gathered list/,
    ],
    [
      'one file where a gathered input is expected',
      { inputs: { ...inputs, curves: '@seeds:seed=1/curve' } },
      /curves: expected a gathered list, got one file or folder/,
    ],
    [
      'a gathered input without an axis that the stage reads',
      { inputs: { ...inputs, curves: '@prepare:*/images' } },
      /curves: expected members with the axis "seed", got none/,
    ],
    ['a missing output', { outputs: { log: 'log.txt' } as never }, /stage "train": the output "weights" is missing/],
    [
      'an output that the module does not write',
      { outputs: { weights: 'w.txt', wieghts: 'x.txt' } as never },
      /does not write an output "wieghts"[^]*did you mean "weights"/,
    ],
  ])('%s', async (_, train, said) => {
    expect(await faultsOf(train)).toMatch(said);
  });

  test('an axis with a value of another type', async () => {
    const project = await projectWith();
    await project.write(
      'pipeline.json',
      (await project.read('pipeline.json')).replace(/"seed": \[[^\]]*\]/, '"seed": ["a", "b"]'),
    );
    expect((await project.pipeline(['check'])).err).toContain('curves: expected a number on the axis "seed", got "a"');
  });
});

test('a value that two stages use is told once, with both uses', async () => {
  const project = await projectWith();
  const train = { ...GOOD.stages.train, matrix: ['rate', 'seed'], params: { learningRate: '${rate}' } };
  const outputs = { weights: 'weights.txt' };
  const stages = { ...GOOD.stages, train: { ...train, outputs }, again: { ...train, outputs } };
  await project.write('pipeline.json', { axes: { rate: [0.1, -1], seed: [1, 2] }, stages });
  const { code, err } = await project.pipeline(['check']);
  expect(code).toBe(2);
  expect(err.match(/expected a number > 0, got -1/g)).toHaveLength(1);
  expect(err.match(/the value is written here/g)).toHaveLength(1);
  expect(err.match(/it is used here as well/g)).toHaveLength(1);
});

test('run and run -n tell the same faults, and execute nothing', async () => {
  const project = await projectWith({ params: {} as never });
  const checked = await project.pipeline(['check']);
  for (const words of [['run'], ['run', '-n']]) {
    const { code, out, err } = await project.pipeline(words);
    expect([code, out, err]).toEqual([2, '', checked.err]);
  }
  expect(executed(project)).toBe(false);
  expect((await project.pipeline(['run', 'seeds'])).code).toBe(0);
});

test('a pipeline that fits has no faults, and runs with the declared values', async () => {
  const project = await projectWith();
  expect(await project.pipeline(['check'])).toMatchObject({
    code: 0,
    err: '',
    out: 'No faults in 3 stages, 4 instances.\n2 stages without defineStage: inputs and parameters not compared.\n',
  });
  expect((await project.pipeline(['run'])).code).toBe(0);
  const given = JSON.parse(await project.read('result.txt')) as Record<string, Record<string, unknown>>;
  expect(given.params).toEqual({ learningRate: 0.1, optimizer: 'sgd' });
  expect(given.inputs).toMatchObject({ weights: null, 'more-*': { data: expect.any(String) as string } });
  expect(given.inputs!.curves).toMatchObject([{ axes: { seed: 1 } }, { axes: { seed: 2 } }]);
});

test('missing data is no fault', async () => {
  const project = await projectWith({ inputs: { ...inputs, images: 'nowhere/images.bin' } });
  expect((await project.pipeline(['check'])).code).toBe(0);
});

test('targets limit the check, and --json gives the faults as one line', async () => {
  const project = await projectWith({ params: {} as never });
  expect((await project.pipeline(['check', 'seeds'])).code).toBe(0);
  const { code, out, err } = await project.pipeline(['check', '--json']);
  expect(code).toBe(2);
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({
    type: 'diagnostics',
    diagnostics: [{ code: 'missing-parameter', line: expect.any(Number) as number }],
  });
});

test('a module is imported once, and again only after a change of its code', async () => {
  const project = await projectWith();
  const imports = async () => (await project.read('imports.log')).split('\n').length - 1;
  await project.pipeline(['check']);
  await project.pipeline(['check']);
  await project.write(
    'pipeline.json',
    (await project.read('pipeline.json')).replace('"learningRate": 0.1', '"learningRate": 0.2'),
  );
  await project.pipeline(['check']);
  expect(await imports()).toBe(1);
  await project.write('train.ts', TRAIN.replace("'train\\n'", "'again\\n'"));
  await project.pipeline(['check']);
  expect(await imports()).toBe(2);
});

describe('a module that cannot be imported', () => {
  const broken = (code: string) => `${TRAIN}\n${code}\n`;

  test.each([
    ['throws', "throw new Error('no such engine');", 'train.ts cannot be imported: no such engine'],
    ['ends the process', 'process.exit(7);', 'importing it ended the process (exit code 7)'],
  ])('%s: check says so; run leaves it to the stage', async (_, code, said) => {
    const project = await projectWith({}, { 'train.ts': broken(code) });
    const checked = await project.pipeline(['check']);
    expect(checked.code).toBe(2);
    expect(checked.err).toContain(said);
    expect(checked.err).toMatch(/^pipeline\.json:\d+:17 error: /m);
    expect((await project.pipeline(['run', 'seeds'])).code).toBe(0);
    expect((await project.pipeline(['run'])).code).toBe(1);
  });

  test('is imported once by commands that leave it to the stage, and each time by check', async () => {
    const project = await projectWith({}, { 'train.ts': broken("throw new Error('no such engine');") });
    const imports = async () => (await project.read('imports.log')).split('\n').length - 1;
    await project.pipeline(['run', '-n']);
    await project.pipeline(['run', '-n']);
    expect(await imports()).toBe(1);
    expect((await project.pipeline(['check'])).err).toContain('no such engine');
    expect(await imports()).toBe(2);
  });

  test('does not hide the faults of the other modules', async () => {
    const project = await projectWith({ params: {} as never }, { 'other.ts': broken('process.exit(7);') });
    const pipeline = JSON.parse(await project.read('pipeline.json')) as { stages: Record<string, object> };
    const other = { ...GOOD.stages.train, module: 'other.ts', outputs: { weights: 'weights.txt' } };
    await project.write('pipeline.json', {
      ...pipeline,
      stages: { prepare: pipeline.stages.prepare, seeds: pipeline.stages.seeds, other, train: pipeline.stages.train },
    });
    const { err } = await project.pipeline(['check']);
    expect(err).toContain('other.ts cannot be imported');
    expect(err).toContain('stage "train": learningRate: expected a number > 0, got nothing');
  });
});

test('a module with a syntax error is told by check', async () => {
  const project = await projectWith({}, { 'train.ts': 'export default {' });
  const { code, err } = await project.pipeline(['check']);
  expect(code).toBe(2);
  expect(err).toContain('train.ts:1:');
});

test('watch tells a fault and waits for its correction', async () => {
  const project = await projectWith({ params: {} as never });
  const watching = project.start(['watch']);
  await watching.waits(1);
  watching.signal('SIGINT');
  const { err } = await watching.ended;
  expect(err).toContain('learningRate: expected a number > 0, got nothing');
  expect(executed(project)).toBe(false);
});
