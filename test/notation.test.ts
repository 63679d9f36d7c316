/** The short notation of pipeline files, as a user meets it: executions, reasons, and messages about faults. */
import { expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const study = {
  params: { train: { rate: 1, steps: 2 }, seeds: [0, 1] },
  axes: { seed: '${params.seeds}', start: { none: { from: null }, big: { from: '@prepare/weights' } } },
  templates: {
    training: {
      matrix: ['start'],
      command: 'echo ${stage} ${start} ${params.rate} ${params.steps} ${inputs.from} > ${outputs.scores}',
      inputs: ['@prepare/table', { from: '${start.from}' }],
      params: ['${params.train}'],
      outputs: { scores: 'scores.txt' },
    },
  },
  stages: {
    prepare: {
      command: 'echo t > ${outputs.table}; echo w > ${outputs.weights}',
      outputs: { table: 't.csv', weights: 'w.bin' },
    },
    train: { extends: 'training', matrix: ['seed'], publish: 'out/${start}-${seed}/' },
    report: {
      command: 'cat ${inputs.all} > ${outputs.page}',
      inputs: { all: '@train:*/scores', one: '@train:start=none,seed=0/scores' },
      outputs: { page: 'page.txt' },
      publish: 'out/',
    },
  },
};

test('a pipeline in the short notation runs, publishes, has nothing to do, and tells why in values', async () => {
  const project = await Project.create({ 'pipeline.json': study });
  const first = await project.run();
  expect(first.executed).toEqual(
    [
      'prepare',
      'report',
      ...['big', 'none'].flatMap((start) => [0, 1].map((seed) => `train:seed=${seed},start=${start}`)),
    ].sort(),
  );
  expect(await project.read('out/none-1/scores.txt')).toBe('train none 1 2 \n');
  expect((await project.read('out/page.txt')).split('\n')).toHaveLength(5);
  expect((await project.run()).executed).toEqual([]);
  const why = await project.pipeline(['why', 'train:seed=0,start=big', '--set', 'train.rate=3']);
  expect(why.out).toContain('params.rate 1 -> 3');
});

test('the object form is the same pipeline: its results are found in the store', async () => {
  const project = await Project.create({ 'pipeline.json': study });
  await project.run();
  const { out, code } = await project.pipeline(['graph', '--expanded']);
  expect(code).toBe(0);
  const form = JSON.parse(out) as { stages: Record<string, Record<string, unknown>> };
  expect(Object.keys(form)).toEqual(['params', 'stages']);
  expect(form.stages.report!.inputs).toEqual({
    all: { stage: 'train', output: 'scores', gather: true },
    one: { stage: 'train', output: 'scores', where: { start: 'none', seed: 0 } },
  });
  await project.write('pipeline.json', out);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  const some = await project.pipeline(['graph', 'train', '--expanded']);
  expect(Object.keys((JSON.parse(some.out) as typeof form).stages)).toEqual(['prepare', 'train']);
});

test('an axis that is left open is an error with the three ways to bind it, underlined in its file', async () => {
  const base = { axes: study.axes, params: study.params, templates: study.templates, stages: study.stages };
  const project = await Project.create({
    'base.json': base,
    'pipeline.json': `{
  "extends": "base.json",
  "stages": { "report": { "inputs": { "all": "@train:seed=1/scores" } } }
}
`,
  });
  const { err, code } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toMatch(/^pipeline\.json:3:46 error: input "all" does not bind axis "start" of stage "train"$/m);
  expect(err).toContain('"@train:seed=1,start=none/scores"');
  expect(err).toContain('"@train:seed=1,start=*/scores"');
  expect(err).toContain('add "start" to the "matrix" of "report"');
  expect(err).toMatch(/^\s*~{22}$/m);
  expect(err).toMatch(/base\.json:\d+:\d+/);
});

test('a file of an installed package is extended, with its modules, and its stages run in the project', async () => {
  const project = await Project.create({
    'node_modules/a-study/package.json': {
      name: 'a-study',
      version: '1.0.0',
      type: 'module',
      exports: { './stages/*': './lib/*.js' },
    },
    'node_modules/a-study/pipelines/study.json': {
      params: { word: 'package' },
      stages: {
        plain: { module: 'a-study/src/plain', params: ['${params.{word}}'], outputs: { o: 'o.txt' } },
        exported: {
          module: 'a-study/stages/exported',
          inputs: ['@plain/o'],
          outputs: { o: { file: 'o.txt', publish: 'out.txt' } },
        },
      },
    },
    'node_modules/a-study/src/plain.ts': `import { writeFileSync } from 'node:fs';
export default function (stage: { outputs: { o: string }; params: { word: string } }): void {
  writeFileSync(stage.outputs.o, stage.params.word);
}
`,
    'node_modules/a-study/lib/exported.js': `import { copyFileSync } from 'node:fs';
export default (stage) => copyFileSync(stage.inputs.o, stage.outputs.o);
`,
    'study/pipeline.json': { extends: 'a-study/pipelines/study.json', params: { word: 'mine' } },
  });
  const { code, err } = await project.pipeline(['run'], { folder: 'study' });
  expect(err).not.toContain('error');
  expect(code).toBe(0);
  expect(await project.read('study/out.txt')).toBe('mine');
  await project.write(
    'node_modules/a-study/lib/exported.js',
    "import { writeFileSync } from 'node:fs';\nexport default (stage) => writeFileSync(stage.outputs.o, 'new');\n",
  );
  expect((await project.pipeline(['why', 'exported'], { folder: 'study' })).out).toContain('exported.js');
});

test('a file beside wins over a package, and a missing one is named at both places', async () => {
  const project = await Project.create({
    'a-study/study.json': { stages: { beside: { command: 'true' } } },
    'node_modules/a-study/study.json': { stages: { installed: { command: 'true' } } },
    'pipeline.json': { extends: 'a-study/study.json' },
  });
  expect((await project.pipeline(['graph'])).out).toBe('beside\n');
  await project.remove('a-study');
  expect((await project.pipeline(['graph'])).out).toBe('installed\n');
  await project.write('pipeline.json', { extends: 'a-study/stduy.json' });
  expect((await project.pipeline(['graph'])).err).toContain('did you mean "a-study/study.json"?');
  await project.write('pipeline.json', { extends: 'a-study/study.json' });
  await project.remove('node_modules');
  const { err, code } = await project.pipeline(['graph']);
  expect(code).toBe(2);
  expect(err).toContain('there is no file "a-study/study.json" to extend');
  expect(err).toContain('node_modules/a-study/study.json');
  expect(err).toContain('npm install a-study');
});

test('stages are needed, except in a file that extends another', async () => {
  const project = await Project.create({ 'base.json': { params: {} }, 'pipeline.json': { extends: 'base.json' } });
  const { err, code } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toContain('"stages" is missing');
});
