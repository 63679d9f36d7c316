import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const git = (project: Project, ...words: string[]) =>
  execa(
    'git',
    ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', '-C', project.root, ...words],
    { reject: false },
  );

/**
 * Two branches that edited different inputs of one stage, and both ran: git merges the inputs, and not the lockfile.
 */
async function merged(): Promise<Project> {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      both: shell('cat ${inputs.a} ${inputs.b} > ${outputs.out}', { a: 'a.txt', b: 'b.txt' }),
      left: shell('cat ${inputs.a} > ${outputs.out}', { a: 'a.txt' }),
      right: shell('cat ${inputs.b} > ${outputs.out}', { b: 'b.txt' }),
    }),
    'a.txt': 'a1\n',
    'b.txt': 'b1\n',
    '.gitignore': 'cache/\n',
  });
  const commit = async (branch: string, from: string, file: string, content: string) => {
    await git(project, 'checkout', '-q', '-B', branch, from);
    await project.write(file, content);
    await project.run();
    await git(project, 'add', '.');
    await git(project, 'commit', '-qm', branch);
  };
  await git(project, 'init', '-q');
  await project.run();
  await git(project, 'add', '.');
  await git(project, 'commit', '-qm', 'start');
  await commit('left', 'main', 'a.txt', 'a2\n');
  await commit('right', 'main', 'b.txt', 'b2\n');
  await git(project, 'checkout', '-q', 'left');
  await git(project, 'merge', 'right');
  expect(await project.read('pipeline.lock.json')).toContain('<<<<<<<');
  return project;
}

test('a lockfile that git could not merge is mended by the next run, which knows the results of both sides', async () => {
  const project = await merged();
  const status = await project.pipeline(['status']);
  expect(status.err).toContain('pipeline.lock.json holds a merge conflict');
  expect(await project.read('pipeline.lock.json')).toContain('<<<<<<<');

  const run = await project.run();
  expect(run.code).toBe(0);
  expect(run.err).toContain('git add pipeline.lock.json');
  expect(run.executed).toEqual(['both']);
  expect([...run.ids('fresh'), ...run.ids('restored')].sort()).toEqual(['left', 'right']);
  expect(
    Object.keys((JSON.parse(await project.read('pipeline.lock.json')) as { instances: object }).instances),
  ).toEqual(['both', 'left', 'right']);
  expect((await project.run()).ids('fresh')).toEqual(['both', 'left', 'right']);
});

test('either side that git is told to take will do as well', async () => {
  for (const side of ['--ours', '--theirs']) {
    const project = await merged();
    await git(project, 'checkout', side, 'pipeline.lock.json');
    const run = await project.run();
    expect(run.executed).toEqual(['both']);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  }
});
