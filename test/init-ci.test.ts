import { cp } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { pipelineOf, Project } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf({
    train: {
      command: 'wc -c < ${inputs.data} > /dev/null; echo "{\\"accuracy\\": ${params.accuracy}}" > ${outputs.metrics}',
      inputs: { data: 'data.csv' },
      params: { accuracy: 0.5 },
      outputs: { metrics: { file: 'metrics.json', metrics: true, commit: true } },
    },
    report: {
      command: 'cat ${inputs.metrics} > ${outputs.page}',
      inputs: { metrics: '@train/metrics' },
      outputs: { page: { file: 'index.html', publish: 'reports/index.html' } },
    },
  }),
  'data.csv': 'secret\n',
  '.gitignore': 'cache\nreports\ndata.csv\nnode_modules\nmade\n',
};

const git = (cwd: string, ...words: string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
    cwd,
    env: { GIT_CONFIG_GLOBAL: '/dev/null' },
  });

/** A clone without data and store, whose branch changed a result. */
async function cloneOf(service: string): Promise<{ clone: Project; base: string }> {
  const project = await Project.create(study);
  expect((await project.pipeline(['init', '--ci', service])).code).toBe(0);
  await git(project.root, 'init', '-q', '-b', 'main');
  const commit = async (): Promise<string> => {
    expect((await project.pipeline(['run'])).code).toBe(0);
    await git(project.root, 'add', '.');
    await git(project.root, 'commit', '-qm', 'results');
    return (await git(project.root, 'rev-parse', 'HEAD')).stdout;
  };
  const base = await commit();
  await project.write('pipeline.json', (await project.read('pipeline.json')).replace('0.5', '0.75'));
  await commit();
  const clone = await Project.create({});
  await git(clone.root, 'clone', '-q', project.root, 'repository');
  await cp(clone.path('repository'), clone.root, { recursive: true });
  expect(clone.exists('data.csv')).toBe(false);
  return { clone, base };
}

/** The commands of the package; the others belong to the service. */
const ours = (scripts: readonly string[]): string =>
  scripts.filter((line) => line.startsWith('npx pipeline')).join('\n');

interface GithubStep {
  readonly run?: string;
}

test('the steps of the workflow for GitHub make the report without data and compare the metrics', async () => {
  const { clone, base } = await cloneOf('github');
  const workflow = load(await clone.read('.github/workflows/pipeline.yml')) as {
    jobs: { report: { steps: GithubStep[] } };
  };
  const script = ours(workflow.jobs.report.steps.flatMap(({ run }) => run ?? []));
  expect(script.split('\n')).toHaveLength(3);
  const ended = await (
    await clone.startScript(`set -e\n${script}`, 'bash', { env: { PATH: process.env.PATH ?? '', BASE: base } })
  ).ended;
  expect(ended.code, ended.out + ended.err).toBe(0);
  expect(await clone.read('reports/index.html')).toContain('0.75');
  expect(await clone.read('metrics.md')).toMatch(/accuracy.*0\.5.*0\.75/);
});

test('the scripts of the workflow for GitLab do the same', async () => {
  const { clone, base } = await cloneOf('gitlab');
  const jobs = load(await clone.read('.gitlab-ci.yml')) as Record<'report' | 'metrics' | 'pages', { script: string[] }>;
  const script = ours([...jobs.report.script, ...jobs.metrics.script]);
  const env = { PATH: process.env.PATH ?? '', CI_MERGE_REQUEST_DIFF_BASE_SHA: base, REPORT: 'reports' };
  const ended = await (
    await clone.startScript(`set -e\n${script}\n${jobs.pages.script.join('\n')}`, 'bash', { env })
  ).ended;
  expect(ended.code, ended.out + ended.err).toBe(0);
  expect(await clone.read('public/index.html')).toContain('0.75');
  expect(await clone.read('metrics.md')).toMatch(/accuracy.*0\.5.*0\.75/);
});

test('init --ci writes one file only, and replaces none', async () => {
  const project = await Project.create({ '.gitlab-ci.yml': 'mine: {}\n' });
  const refused = await project.pipeline(['init', '--ci', 'gitlab']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('.gitlab-ci.yml exists already; nothing was written');
  expect(await project.read('.gitlab-ci.yml')).toBe('mine: {}\n');
  const made = await project.pipeline(['init', '--ci', 'github']);
  expect(made.out).toContain(`wrote ${path.join('.github', 'workflows', 'pipeline.yml')}`);
  expect((await project.shell('ls -A')).stdout.trim().split('\n').sort()).toEqual(['.github', '.gitlab-ci.yml']);
});
