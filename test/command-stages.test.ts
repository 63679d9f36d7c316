import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const NASTY = `it's "quoted" $(touch pwned) ; and spaced.txt`;

test('file names with spaces, quotes and substitutions reach the command as they are, and nothing in them is executed', async () => {
  const project = await Project.create({
    [NASTY]: 'precious',
    'pipeline.json': pipelineOf({
      copy: shell(
        'cat ${inputs.source} > ${outputs.out}',
        { source: { path: NASTY } },
        { outputs: { out: { file: 'out.txt', publish: `copies/${NASTY}` } } },
      ),
    }),
  });
  expect(await project.pipeline(['run'])).toMatchObject({ code: 0 });
  expect(await project.read(`copies/${NASTY}`)).toBe('precious');
  expect(project.exists('pwned')).toBe(false);
});

test('params reach the command quoted', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      say: shell(
        'printf %s ${params.text} > ${outputs.out}',
        {},
        { params: { text: NASTY }, outputs: { out: { file: 'out.txt', publish: 'said.txt' } } },
      ),
    }),
  });
  await project.pipeline(['run']);
  expect(await project.read('said.txt')).toBe(NASTY);
  expect(project.exists('pwned')).toBe(false);
});

test('a command works in the project root and finds paths and params in its environment', async () => {
  const project = await Project.create({
    'tool.sh':
      'cat "$PIPELINE_INPUT_SOURCE" > "$PIPELINE_OUTPUT_OUT"; echo "$PIPELINE_PARAM_SIZE $(pwd)" >> ' +
      '"$PIPELINE_OUTPUT_OUT"\n',
    'a.txt': 'a\n',
    'pipeline.json': pipelineOf({
      tool: shell(
        'sh tool.sh',
        { source: 'a.txt', script: 'tool.sh' },
        { params: { size: 3 }, outputs: { out: { file: 'out.txt', publish: 'out.txt' } } },
      ),
    }),
  });
  expect((await project.run()).executed).toEqual(['tool']);
  expect(await project.read('out.txt')).toMatch(/^a\n3 \/.*\n$/);
});

test('a stage sees only a small base environment and what it declares', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      env: shell(
        'echo "[$(printenv SECRET || true)] [$MODE]" > ${outputs.out}',
        {},
        { env: ['MODE'], outputs: { out: { file: 'out.txt', publish: 'out.txt' } } },
      ),
    }),
  });
  await project.pipeline(['run'], { env: { SECRET: 'x', MODE: 'y' } });
  expect(await project.read('out.txt')).toBe('[] [y]\n');
});

test('a matrix runs once per combination, and a gathered input brings them together', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell(
        'echo ${params.model}${params.seed} > ${outputs.out}',
        {},
        { matrix: { model: ['A', 'B'], seed: [0, 1] }, params: { model: '${model}', seed: '${seed}' } },
      ),
      report: {
        module: 'report.mjs',
        inputs: { all: { stage: 'train', output: 'out', gather: true } },
        outputs: { out: { file: 'report.txt', publish: 'report.txt' } },
      },
    }),
    'report.mjs': `import { readFileSync, writeFileSync } from 'node:fs';
export default function (stage) {
  writeFileSync(stage.outputs.out, stage.inputs.all.map(({ path, axes }) => axes.model + axes.seed + '=' + readFileSync(path, 'utf8')).join(''));
}
`,
  });
  const { executed } = await project.run();
  expect(executed).toEqual([
    'report',
    'train:model=A,seed=0',
    'train:model=A,seed=1',
    'train:model=B,seed=0',
    'train:model=B,seed=1',
  ]);
  expect(await project.read('report.txt')).toBe('A0=A0\nA1=A1\nB0=B0\nB1=B1\n');
  expect((await project.run('train:model=A', '--force')).executed).toEqual([
    'train:model=A,seed=0',
    'train:model=A,seed=1',
  ]);
});
