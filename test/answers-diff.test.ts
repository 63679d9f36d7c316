import { execa } from 'execa';
import { expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const evaluate = `import { writeFileSync } from 'node:fs';
export default async function (stage) {
  const { rate } = stage.params;
  writeFileSync(stage.outputs.metrics, JSON.stringify({ accuracy: 0.5 + rate * stage.axes.seed, loss: { test: 2 - rate }, kind: 'linear' }));
  writeFileSync(stage.outputs.table, 'class,recall\\nnevus,' + (0.25 + rate) + '\\nmelanoma,0.75\\n');
}
`;

const pipeline = (more: object = {}): object => ({
  extends: 'base.json',
  stages: {
    evaluate: {
      matrix: { seed: [0, 1] },
      module: 'evaluate.mjs',
      params: { rate: '${params.rate}' },
      outputs: { metrics: { file: 'metrics.json', metrics: true }, table: { file: 'table.csv', metrics: true } },
      ...more,
    },
  },
});

async function git(project: Project, ...words: string[]): Promise<string> {
  return (
    await execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...words], {
      cwd: project.root,
    })
  ).stdout;
}

/** Committed with rate 0.25; then, uncommitted, run with rate 0.5 (in a file that the pipeline extends). */
async function changed(): Promise<Project> {
  const project = await Project.create({
    'pipeline.json': pipeline(),
    'base.json': { params: { rate: 0.25 } },
    'evaluate.mjs': evaluate,
    '.gitignore': 'cache/\n',
  });
  await git(project, 'init', '-q');
  expect((await project.run()).code).toBe(0);
  await git(project, 'add', '-A');
  await git(project, 'commit', '-qm', 'first');
  await project.write('base.json', { params: { rate: 0.5 } });
  expect((await project.run()).code).toBe(0);
  return project;
}

test(
  'diff compares HEAD with the working tree: params by path, metrics by instance with their change, the largest ' +
    'first',
  async () => {
    const project = await changed();
    const { out, err, code } = await project.pipeline(['diff']);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toBe(`Params
param  HEAD  working tree
rate   0.25           0.5

Metrics
instance         metric               HEAD  working tree  change
evaluate:seed=0  table: nevus.recall   0.5          0.75   +0.25
evaluate:seed=0  metrics: loss.test   1.75           1.5   -0.25
evaluate:seed=1  table: nevus.recall   0.5          0.75   +0.25
evaluate:seed=1  metrics: accuracy    0.75             1   +0.25
evaluate:seed=1  metrics: loss.test   1.75           1.5   -0.25
`);
  },
);

test('diff takes two revisions, a pipeline file that extends, and writes JSON and Markdown', async () => {
  const project = await changed();
  await project.write('pipeline.json', pipeline({ matrix: { seed: [1, 2] } }));
  expect((await project.run()).code).toBe(0);
  await git(project, 'commit', '-qam', 'second');
  const json = JSON.parse((await project.pipeline(['diff', 'HEAD~1', 'HEAD', '--format', 'json'])).out) as {
    metrics: object[];
  };
  expect(json).toMatchObject({
    from: 'HEAD~1',
    to: 'HEAD',
    params: [{ path: 'rate', before: 0.25, after: 0.5 }],
    added: ['evaluate:seed=2'],
    removed: ['evaluate:seed=0'],
    missing: [],
  });
  expect(json.metrics).toContainEqual({
    instance: 'evaluate:seed=1',
    output: 'metrics',
    metric: 'accuracy',
    before: 0.75,
    after: 1,
    delta: 0.25,
  });
  const { out } = await project.pipeline(['diff', 'HEAD~1', 'HEAD', '--format', 'markdown']);
  expect(out).toContain('| evaluate:seed=1 | metrics: accuracy | 0.75 | 1 | +0.25 |\n');
  expect((await project.pipeline(['diff'])).out).toBe('Params and metrics of HEAD and working tree are equal.\n');
});

test('values that are not in this store are said to be, and committed copies stand in for it', async () => {
  const project = await changed();
  await git(project, 'commit', '-qam', 'second');
  await project.remove('cache');
  const { missing } = JSON.parse((await project.pipeline(['diff', 'HEAD~1', '--format', 'json'])).out) as {
    missing: object[];
  };
  expect(missing).toContainEqual({
    instance: 'evaluate:seed=1',
    output: 'table',
    side: 'HEAD~1',
    reason: 'not in this store',
  });

  const kept = await Project.create({
    'pipeline.json': pipeline({
      outputs: { metrics: { file: 'metrics.json', metrics: true, commit: true }, table: 'table.csv' },
    }),
    'base.json': { params: { rate: 0.25 } },
    'evaluate.mjs': evaluate,
    '.gitignore': 'cache/\n',
  });
  await git(kept, 'init', '-q');
  await kept.run();
  await git(kept, 'add', '-A');
  await git(kept, 'commit', '-qm', 'first');
  await kept.write('base.json', { params: { rate: 0.5 } });
  await kept.run();
  await kept.remove('cache');
  const comparison = JSON.parse((await kept.pipeline(['diff', '--format', 'json'])).out) as {
    missing: object[];
    metrics: object[];
  };
  expect(comparison.missing).toEqual([]);
  expect(comparison.metrics).toContainEqual({
    instance: 'evaluate:seed=1',
    output: 'metrics',
    metric: 'accuracy',
    before: 0.75,
    after: 1,
    delta: 0.25,
  });
});

test('without git, outside a repository, and for a revision that does not exist, diff says so', async () => {
  const project = await changed();
  await refused(project, ['diff', '--', '--output=x'], 'error: git knows no commit --output=x\n');
  await refused(project, ['diff', 'nonsense'], 'error: git knows no commit nonsense\n');
  const alone = await Project.create({
    'pipeline.json': pipeline(),
    'base.json': { params: { rate: 1 } },
    'evaluate.mjs': evaluate,
  });
  await refused(alone, ['diff'], 'error: git finds no repository here: ');
  await alone.write('bin/readme', '');
  await execa('ln', ['-s', process.execPath, 'bin/node'], { cwd: alone.root });
  await refused(alone, ['diff'], 'error: git was not found', { PATH: alone.path('bin') });
});

async function refused(
  project: Project,
  words: string[],
  message: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { code, err } = await project.pipeline(words, { env });
  expect(err).toContain(message);
  expect(code).toBe(2);
}

test('a revision whose modules are gone by now can still be compared', async () => {
  const project = await changed();
  await git(project, 'mv', 'evaluate.mjs', 'assess.mjs');
  await project.write('pipeline.json', pipeline({ module: 'assess.mjs' }));
  const { out, code } = await project.pipeline(['diff']);
  expect(code).toBe(0);
  expect(out).toContain('evaluate:seed=1  metrics: accuracy');
});
