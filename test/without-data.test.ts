import { chmod, cp, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf(
    {
      train: shell(
        'cat data/* > /dev/null; echo weights ${params.rate} > ${outputs.out}',
        { data: { path: 'data', source: 'https://example.org/data' } },
        { params: { rate: '${params.rate}' } },
      ),
      evaluate: {
        command: 'echo accuracy 0.9 > ${outputs.metrics}; echo per image > ${outputs.details}',
        inputs: { weights: { stage: 'train', output: 'out' } },
        outputs: { metrics: { file: 'metrics.txt', commit: true }, details: 'details.txt' },
      },
      report: shell(
        '(echo ${params.title}; cat ${inputs.metrics}) > ${outputs.out}',
        { metrics: { stage: 'evaluate', output: 'metrics' } },
        {
          params: { title: '${params.title}' },
          outputs: { out: { file: 'report.txt', publish: 'reports/report.txt' } },
        },
      ),
    },
    { rate: 0.1, title: 'Results' },
  ),
  'data/a.txt': 'images',
  '.gitignore': 'cache\ndata\n',
};

/** The view of CI: a clone of the commit, without data and without a store. */
async function cloned(project: Project): Promise<Project> {
  const git = (...words: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
      cwd: project.root,
      env: { GIT_CONFIG_GLOBAL: '/dev/null' },
    });
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'results');
  const clone = await Project.create({});
  await execa('git', ['clone', '-q', project.root, clone.path('clone')]);
  for (const name of ['pipeline.json', 'pipeline.lock.json', 'pipeline.lock', 'reports'])
    if (clone.exists(`clone/${name}`)) await cp(clone.path(`clone/${name}`), clone.path(name), { recursive: true });
  await clone.remove('clone');
  return clone;
}

async function published(): Promise<Project> {
  const project = await Project.create(study);
  expect((await project.run()).executed).toEqual(['evaluate', 'report', 'train']);
  return project;
}

const plan = async (project: Project, ...words: string[]): Promise<Record<string, string>> => {
  const { out } = await project.pipeline(['status', '--json', '--allow-missing', ...words]);
  return Object.fromEntries(
    (JSON.parse(out) as { instances: { id: string; verdict: string }[] }).instances.map(({ id, verdict }) => [
      id,
      verdict,
    ]),
  );
};

test('a committed output lies beside the lockfile under a name that a person reads', async () => {
  const project = await published();
  expect(await project.read('pipeline.lock/evaluate/metrics.txt')).toBe('accuracy 0.9\n');
  expect(project.exists('pipeline.lock/evaluate/details.txt')).toBe(false);
  expect(JSON.parse(await project.read('pipeline.lock/evaluate.json'))).toMatchObject({
    record: { instance: 'evaluate' },
  });
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
});

test('a clone without data and without store is proved up to date, and nothing is executed; without the flag it is not', async () => {
  const clone = await cloned(await published());
  const { code, out } = await clone.pipeline(['status', '--check', '--allow-missing']);
  expect({ code, out }).toEqual({ code: 0, out: '3 of 3 up to date.\n' });
  const run = await clone.run('--allow-missing');
  expect({ code: run.code, executed: run.executed }).toEqual({ code: 0, executed: [] });
  expect((await clone.pipeline(['why', 'train'])).out).toContain(
    'input data is missing: data (get it from https://example.org/data)',
  );
  expect((await clone.pipeline(['status', '--check'])).code).toBe(3);
  expect((await clone.run()).code).toBe(1);
});

test('a report that is not in the clone is made anew from committed outputs, and nothing else is executed', async () => {
  const clone = await cloned(await published());
  await clone.remove('reports');
  const run = await clone.run('--allow-missing');
  expect({ code: run.code, executed: run.executed }).toEqual({ code: 0, executed: ['report'] });
  expect(await clone.read('reports/report.txt')).toBe('Results\naccuracy 0.9\n');
  expect((await clone.pipeline(['status', '--check', '--allow-missing'])).code).toBe(0);
});

test('a changed report reruns alone, from committed outputs', async () => {
  const clone = await cloned(await published());
  const run = await clone.run('--allow-missing', '--set', 'title=Findings');
  expect({ code: run.code, executed: run.executed }).toEqual({ code: 0, executed: ['report'] });
  expect(await clone.read('reports/report.txt')).toBe('Findings\naccuracy 0.9\n');
});

test('a changed parameter of training fails with the data that is missing and what was changed', async () => {
  const clone = await cloned(await published());
  expect(await plan(clone, '--set', 'rate=0.2')).toEqual({ train: 'blocked', evaluate: 'blocked', report: 'blocked' });
  const { code, out } = await clone.pipeline(['run', '--allow-missing', '--set', 'rate=0.2']);
  expect(code).toBe(1);
  expect(out).toContain('params.rate 0.1 -> 0.2');
  expect(out).toContain('input data is missing: data (get it from https://example.org/data)');
});

test('data that is there and differs is not missing', async () => {
  const clone = await cloned(await published());
  await clone.write('data/a.txt', 'other images');
  expect(await plan(clone)).toMatchObject({ train: 'run', evaluate: 'run', report: 'run' });
});

test('a committed copy that was edited is not believed: what needs it cannot be made, and the edit is not overwritten', async () => {
  const clone = await cloned(await published());
  await clone.write('pipeline.lock/evaluate/metrics.txt', 'accuracy 1.0\n');
  expect((await clone.pipeline(['status', '--check', '--allow-missing'])).code).toBe(3);
  const run = await clone.run('--allow-missing', '--set', 'title=Findings');
  expect(run.code).toBe(1);
  expect(run.executed).toEqual([]);
  expect(await clone.read('pipeline.lock/evaluate/metrics.txt')).toBe('accuracy 1.0\n');
});

test('with data, a result that nothing reads is not made only because this store lacks it; one that is needed is', async () => {
  const clone = await cloned(await published());
  await clone.write('data/a.txt', 'images');
  expect(await plan(clone)).toEqual({ train: 'fresh', evaluate: 'fresh', report: 'fresh' });
  await clone.remove('pipeline.lock');
  const run = await clone.run('--allow-missing', '--set', 'title=Findings');
  expect(run.executed).toEqual(['evaluate', 'report', 'train']);
});

test('verify --repair takes a damaged file from its committed copy', async () => {
  const project = await published();
  const { outputs } = JSON.parse((await project.pipeline(['show', 'evaluate', '--json'])).out) as {
    outputs: { metrics: { digest: string } };
  };
  const { digest } = outputs.metrics;
  const file = project.path(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`);
  await chmod(file, 0o644);
  await writeFile(file, 'accuracy 0.8\n');
  const { out, code } = await project.pipeline(['verify', '--repair']);
  expect(code).toBe(0);
  expect(out).toMatch(/1 file damaged\.\n\nChecked 5 files .* all as they were made\.\n$/);
});

test('a figure that the clone cannot publish is told, and not counted as published', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: {
        command: 'cat data/* > ${outputs.model}; echo curve > ${outputs.figure}',
        inputs: { data: 'data' },
        outputs: { model: { file: 'm.txt', commit: true }, figure: { file: 'f.txt', publish: 'out/figure.txt' } },
      },
      report: shell(
        'cat ${inputs.model} > ${outputs.out}',
        { model: '@train/model' },
        {
          outputs: { out: { file: 'r.txt', publish: 'reports/report.txt' } },
        },
      ),
    }),
    'data/a.txt': 'images',
    '.gitignore': 'cache\ndata\nout\n',
  });
  await project.run();
  const clone = await cloned(project);
  await clone.remove('reports');
  const { code, out, err } = await clone.pipeline(['run', '--allow-missing']);
  expect(code).toBe(0);
  expect(err).toContain('out/figure.txt is not published: the result of train is up to date by the lockfile');
  expect(out).toContain('Published: reports/report.txt\n');
});
