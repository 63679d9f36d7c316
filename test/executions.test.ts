import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** Every execution of `train` makes another result, as most trainings on a GPU do. */
const study = {
  'pipeline.json': pipelineOf({
    train: shell('echo train >> executed; date +%N-$$ > ${outputs.out}'),
    report: shell(
      'cat ${inputs.weights} > ${outputs.out}',
      { weights: { stage: 'train', output: 'out' } },
      { outputs: { out: { file: 'report.txt', publish: 'out/report.txt' } } },
    ),
  }),
  '.gitignore': 'cache/\nout/\nexecuted\n',
};

const git = (project: Project, words: string) =>
  project.shell(`git -c user.name=x -c user.email=x@example.org -c init.defaultBranch=main ${words}`);

/**
 * A project with two commits, `paper` and `newer`, whose lockfiles name different executions of the same fingerprint.
 */
async function twoCommits(): Promise<{ project: Project; paper: string; newer: string }> {
  const project = await Project.create(study);
  await git(project, 'init -q');
  await project.run();
  const paper = await project.read('out/report.txt');
  await git(project, 'add -A');
  await git(project, 'commit -qm paper');
  await git(project, 'tag paper');
  await project.run('--force', 'train');
  await project.run();
  const newer = await project.read('out/report.txt');
  expect(newer).not.toBe(paper);
  await git(project, 'commit -qam newer');
  return { project, paper, newer };
}

test('the lockfile of an earlier commit brings its own results back, and stays as it is', async () => {
  const { project, paper, newer } = await twoCommits();
  for (const [commit, expected] of [
    ['paper', paper],
    ['main', newer],
    ['paper', paper],
  ] as const) {
    await git(project, `checkout -q ${commit}`);
    expect((await project.run()).code).toBe(0);
    expect(await project.read('out/report.txt')).toBe(expected);
    expect((await git(project, 'status --porcelain')).stdout).toBe('');
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  }
  expect(await project.read('executed')).toBe('train\ntrain\n');
});

test('looking at an earlier commit, checking out its outputs and showing them keep to its lockfile', async () => {
  const { project, paper } = await twoCommits();
  await git(project, 'checkout -q paper');
  const { out } = await project.pipeline(['checkout']);
  expect(out).toContain('out/report.txt');
  expect(await project.read('out/report.txt')).toBe(paper);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  const shown = JSON.parse((await project.pipeline(['show', 'train', '--json'])).out) as {
    outputs: { out: { digest: string } };
  };
  expect(await project.read('pipeline.lock.json')).toContain(shown.outputs.out.digest);
  expect((await git(project, 'status --porcelain')).stdout).toBe('');
});

test('gc keeps the results of both commits, and frees those of an execution that no lockfile names', async () => {
  const { project, paper } = await twoCommits();
  for (let i = 0; i < 2; i++) await project.run('--force', 'train');
  await project.run();
  const executions = async () => {
    const shown = JSON.parse((await project.pipeline(['show', 'train', '--json'])).out) as { fingerprint: string };
    return (await readdir(project.path(`cache/runs/${shown.fingerprint}`))).length;
  };
  expect(await executions()).toBe(4);
  expect((await project.pipeline(['gc', '--delete'])).code).toBe(0);
  expect(await executions()).toBe(3);
  await git(project, 'checkout -qf paper');
  await project.run();
  expect(await project.read('out/report.txt')).toBe(paper);
  expect(await project.read('executed')).toBe('train\n'.repeat(4));
});

test('on a shared store, the forced execution of a colleague leaves the results of others alone', async () => {
  const project = await Project.create({});
  for (const name of ['a', 'b']) {
    await project.write(`${name}/pipeline.json`, study['pipeline.json']);
    await project.write(`${name}/.pipelinerc.json`, { store: '../store' });
  }
  await project.pipeline(['run'], { folder: 'a' });
  await project.pipeline(['run'], { folder: 'b' });
  const [a, lock] = [await project.read('a/out/report.txt'), await project.read('a/pipeline.lock.json')];
  expect(await project.read('b/out/report.txt')).toBe(a);
  await project.pipeline(['run', '--force', 'train'], { folder: 'b' });
  await project.pipeline(['run'], { folder: 'b' });
  expect(await project.read('b/out/report.txt')).not.toBe(a);
  expect((await project.pipeline(['status', '--check'], { folder: 'a' })).code).toBe(0);
  expect((await project.pipeline(['run'], { folder: 'a' })).code).toBe(0);
  expect([await project.read('a/out/report.txt'), await project.read('a/pipeline.lock.json')]).toEqual([a, lock]);
});

test('where the lockfile names no execution, the newest one counts', async () => {
  const { project, newer } = await twoCommits();
  await project.remove('pipeline.lock.json');
  await project.remove('out');
  expect((await project.run()).ids('restored')).toEqual(['report', 'train']);
  expect(await project.read('out/report.txt')).toBe(newer);
});

test('a result that the lockfile names and the store lacks is made again, and no other execution takes its place', async () => {
  const { project, newer } = await twoCommits();
  await git(project, 'checkout -q paper');
  const { outputs } = JSON.parse((await project.pipeline(['show', 'train', '--json'])).out) as {
    outputs: { out: { digest: string } };
  };
  const { digest } = outputs.out;
  await project.remove(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`);
  expect((await project.pipeline(['why', 'train'])).out).toContain('no longer in the store');
  expect((await project.run()).executed).toContain('train');
  expect(await project.read('out/report.txt')).not.toBe(newer);
});
