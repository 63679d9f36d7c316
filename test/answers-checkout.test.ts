import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const pipeline = (rate: number): object =>
  pipelineOf(
    {
      train: shell(
        'touch ran; echo weights ${params.rate} > ${outputs.out}',
        {},
        { params: { rate: '${params.rate}' } },
      ),
      report: shell(
        'touch ran; cat ${inputs.x} > ${outputs.out}',
        { x: { stage: 'train', output: 'out' } },
        { outputs: { out: { file: 'report.txt', publish: 'reports/report.txt' } } },
      ),
    },
    { rate },
  );

const git = (project: Project, ...words: string[]): Promise<unknown> =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false', ...words], {
    cwd: project.root,
  });

test('right after git checkout of another branch its reports are put in place, and nothing is executed', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline(1), '.gitignore': 'cache/\nreports/\nran\n' });
  await git(project, 'init', '-q', '-b', 'main');
  await project.run();
  await git(project, 'add', '-A');
  await git(project, 'commit', '-qm', 'one');
  await git(project, 'checkout', '-qb', 'other');
  await project.write('pipeline.json', pipeline(2));
  await project.run();
  await git(project, 'commit', '-qam', 'two');
  await git(project, 'checkout', '-q', 'main');
  await project.remove('ran');
  expect(await project.read('reports/report.txt')).toBe('weights 2\n');
  expect(await project.pipeline(['checkout'])).toEqual({
    code: 0,
    err: '',
    out: 'reports/report.txt\n1 put in place, 0 in place already.\n',
  });
  expect(await project.read('reports/report.txt')).toBe('weights 1\n');
  expect(await project.pipeline(['checkout'])).toEqual({
    code: 0,
    err: '',
    out: '0 put in place, 1 in place already.\n',
  });
  expect(project.exists('ran')).toBe(false);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
});

test('what a user edited is not replaced; --force renames it and says so', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline(1) });
  await project.run();
  await project.write('reports/report.txt', 'my notes');
  const refused = await project.pipeline(['checkout']);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(
    'error: reports/report.txt holds a file that is not in the store, and a result of report belongs there\n',
  );
  expect(await project.read('reports/report.txt')).toBe('my notes');
  const { out, code } = await project.pipeline(['checkout', '--force']);
  expect(code).toBe(0);
  const [, aside] =
    /^reports\/report\.txt \(the earlier file is (reports\/report\.edited-\d{8}T\d{9}Z\.txt) now\)\n/.exec(out)!;
  expect(await project.read(aside!)).toBe('my notes');
  expect(await project.read('reports/report.txt')).toBe('weights 1\n');
});

test('--to puts every output of the targets below a folder, by instance', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline(1) });
  await project.run();
  expect((await project.pipeline(['checkout', 'train', '--to', 'taken'])).out).toBe(
    'taken/train/out.txt\n1 put in place, 0 in place already.\n',
  );
  expect(await project.read('taken/train/out.txt')).toBe('weights 1\n');
});

test('what is not in the lockfile or not in the store is told, and the rest is put in place', async () => {
  const project = await Project.create({ 'pipeline.json': pipeline(1) });
  expect(await project.pipeline(['checkout', 'report'])).toMatchObject({
    code: 1,
    out:
      'missing: the lockfile names no result of report; pipeline run report makes it\n0 put in place, 0 in place ' +
      'already, 1 missing.\n',
  });
  await project.run();
  await project.remove('cache');
  await project.remove('reports');
  expect(await project.pipeline(['checkout'])).toMatchObject({
    code: 1,
    out:
      'missing: output out of report is not in this store; pipeline run report makes it\n0 put in place, 0 in place ' +
      'already, 1 missing.\n',
  });
});
