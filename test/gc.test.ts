import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { mountSmallDisk, pipelineOf, Project, shell } from './rig.test-support.ts';

/** Two stages whose results are as different as `n`. */
const study = {
  'pipeline.json': pipelineOf(
    {
      make: shell('echo made ${params.n} > ${outputs.out}', {}, { params: { n: '${params.n}' } }),
      use: {
        command: 'echo used > ${outputs.all}/one; cat ${inputs.x} > ${outputs.all}/two',
        inputs: { x: { stage: 'make', output: 'out' } },
        outputs: { all: 'all/' },
      },
    },
    { n: 1 },
  ),
  '.gitignore': 'cache\n',
};

const set = (n: number): string[] => ['--set', `n=${n}`];

/** The numbers of records and files that gc would delete or has deleted. */
async function gc(
  project: Project,
  ...words: string[]
): Promise<{ deleted: boolean; records: number; files: number; kept: object }> {
  const { out, err } = await project.pipeline(['gc', '--json', '--keep-runs', '1', ...words]);
  expect(err).toBe('');
  expect(out).toContain('"garbage"');
  const { deleted, garbage, kept } = JSON.parse(out) as { deleted: boolean; garbage: { kind: string }[]; kept: object };
  const of = (kind: string): number => garbage.filter((each) => each.kind === kind).length;
  return { deleted, records: of('record'), files: of('file'), kept };
}

/** The number of instances that a run with this value would execute. */
async function missing(project: Project, n: number): Promise<number> {
  const { out } = await project.pipeline(['run', '--dry-run', '--json', ...set(n)]);
  return (JSON.parse(out) as { counts: { run: number } }).counts.run;
}

const git = (project: Project, ...words: string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
    cwd: project.root,
    env: { GIT_CONFIG_GLOBAL: '/dev/null' },
  });

test('gc tells what nothing refers to, and deletes it only when told to', async () => {
  const project = await Project.create(study);
  for (const n of [7, 8, 1]) await project.run(...set(n));
  const { out, code } = await project.pipeline(['gc', '--keep-runs', '1']);
  expect(code).toBe(0);
  expect(out).toMatch(/^Kept: results of 1 lockfile and the last 1 run\. There is no git repository/);
  expect(out).toMatch(/^results +4 +[\d.]+ KiB {2}make 2, use 2$/m);
  expect(out).toMatch(/would be deleted by: pipeline gc --keep-runs 1 --delete\n$/);
  expect(await missing(project, 7)).toBe(0);

  const { out: told } = await project.pipeline(['gc', '--keep-runs', '1', '--delete']);
  expect(told).toMatch(/Deleted: [\d.]+ KiB\.\n$/);
  expect([await missing(project, 7), await missing(project, 8), await missing(project, 1)]).toEqual([2, 2, 0]);
  expect((await project.pipeline(['verify'])).code).toBe(0);
  expect(await gc(project)).toMatchObject({ records: 0, files: 0 });
});

test('the results of past runs are kept, as many as asked for', async () => {
  const project = await Project.create(study);
  for (const n of [6, 7, 8, 1]) await project.run(...set(n));
  await project.pipeline(['gc', '--delete', '--keep-runs', '3']);
  expect([await missing(project, 6), await missing(project, 7), await missing(project, 8)]).toEqual([2, 0, 0]);
});

test('what branches, tags, stashes and other worktrees refer to is kept with all that is behind it', async () => {
  const project = await Project.create(study);
  await git(project, 'init', '-q', '-b', 'main');
  for (const [n, ...words] of [
    [2, 'branch', 'other'],
    [3, 'tag', '-a', '-m', 'published', 'v1'],
  ] as const) {
    await project.run(...set(n));
    await git(project, 'add', '.');
    await git(project, 'commit', '-qm', `n=${n}`);
    await git(project, ...words);
  }
  await git(project, 'worktree', 'add', '-q', '../' + path.basename(project.root) + '-worktree', 'other');
  const worktree = `${project.root}-worktree`;
  try {
    await project.run(...set(4)); // the lockfile of 4 goes into a stash
    await git(project, 'stash', '-q');
    await project.run(...set(5)); // and that of 5 is uncommitted in a worktree
    await rename(project.path('pipeline.lock.json'), path.join(worktree, 'pipeline.lock.json'));
    await git(project, 'checkout', '-q', 'pipeline.lock.json');
    for (const n of [6, 1]) await project.run(...set(n));
    await git(project, 'reset', '-q', '--hard', 'HEAD~1'); // 3 is known to the tag only
    await project.run();
    const { deleted, records } = await gc(project, '--delete');
    expect({ deleted, records }).toEqual({ deleted: true, records: 2 });
    const left = await Promise.all([2, 3, 4, 5, 6, 1].map((n) => missing(project, n)));
    expect(left).toEqual([0, 0, 0, 0, 2, 0]);
    expect((await project.pipeline(['verify'])).code).toBe(0);
  } finally {
    await execa('rm', ['-rf', worktree]);
  }
});

test('a lockfile with a merge conflict keeps the results of both sides', async () => {
  const project = await Project.create(study);
  await project.run(...set(2));
  const ours = await project.read('pipeline.lock.json');
  await project.run(...set(3));
  await project.write(
    'other.lock.json',
    `<<<<<<< ours\n${ours}=======\n${await project.read('pipeline.lock.json')}>>>>>>> theirs\n`,
  );
  await project.run();
  await gc(project, '--delete');
  expect([await missing(project, 2), await missing(project, 3)]).toEqual([0, 0]);
});

test(
  'a running stage keeps what it reads and what it has made, though no lockfile names it; afterwards nothing is ' +
    'amiss',
  async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf(
        {
          first: shell('echo first ${params.n} > ${outputs.out}', {}, { params: { n: '${params.n}' } }),
          second: shell(
            'touch waits; while [ ! -e go ]; do sleep 0.02; done; cat ${inputs.x} ${inputs.y} > ${outputs.out}',
            { x: { stage: 'first', output: 'out' }, y: { stage: 'beside', output: 'out' } },
          ),
          beside: shell('echo beside ${params.n} > ${outputs.out}', {}, { params: { n: '${params.n}' } }),
          third: shell('cat ${inputs.x} ${inputs.again} > ${outputs.out}', {
            x: { stage: 'second', output: 'out' },
            again: { stage: 'first', output: 'out' },
          }),
        },
        { n: 1 },
      ),
      go: '',
    });
    await project.run();
    await project.run('first', ...set(2)); // an old result that no lockfile names; the run below restores it from the store
    await project.run();
    await project.remove('go');
    await project.remove('waits');
    const run = project.start(['run', '--json', ...set(2)]);
    await project.appears('waits');
    // The run wrote its restored results to the lockfile: as if another branch were checked out meanwhile.
    const lock = project.path('pipeline.lock.json');
    await rename(lock, `${lock}.aside`);
    const swept = await gc(project, '--delete');
    expect(swept).toMatchObject({ deleted: true, kept: { runners: 1 } });
    await rename(`${lock}.aside`, lock);
    await project.write('go', '');
    expect((await run.ended).code).toBe(0);
    expect((await project.pipeline(['verify'])).code).toBe(0);
    expect(await missing(project, 2)).toBe(0);
    expect((await readdir(project.path('cache/runners'))).filter((name) => name !== 'mark')).toEqual([]);
  },
);

test('a project on the same store, whose folder cannot be seen, stops the deletion until the user says that it is gone', async () => {
  const project = await Project.create({
    ...study,
    '.pipelinerc.json': { store: 'shared' },
    'elsewhere/pipeline.json': study['pipeline.json'],
  });
  await project.run();
  await project.pipeline(['run', ...set(2)], { folder: 'elsewhere' });
  await project.run(...set(3));
  await project.run();
  expect(await gc(project)).toMatchObject({ records: 2 });
  await mkdir(project.path('node_modules'));
  await rename(project.path('elsewhere'), project.path('node_modules/away'));
  const { err, code } = await project.pipeline(['gc', '--delete', '--keep-runs', '1']);
  expect(code).toBe(2);
  expect(err).toMatch(
    /nothing was deleted: elsewhere\/pipeline\.lock\.json used this store too[^]*rm shared\/lockfiles\/[0-9a-f]{16}\n$/,
  );
  expect(await missing(project, 2)).toBe(0);
  const [, note] = /rm (\S+)/.exec(err)!;
  await project.remove(note!);
  await gc(project, '--delete');
  expect(await missing(project, 2)).toBe(2);
});

test('a torn note of a project keeps its results, and its next run mends the note', async () => {
  const project = await Project.create(study);
  await project.run();
  await project.run(...set(2));
  const [name] = await readdir(project.path('cache/lockfiles'));
  const note = `cache/lockfiles/${name!}`;
  const whole = await project.read(note);
  for (const torn of ['', whole.slice(0, 7)]) {
    await project.write(note, torn);
    const { code, err } = await project.pipeline(['gc', '--delete', '--keep-runs', '1']);
    expect([code, err]).toEqual([2, expect.stringContaining('and is damaged')]);
    expect((await project.pipeline(['status'])).code).toBe(0);
    await project.run('--force');
    expect(await project.read(note)).toBe(whole);
  }
});

test('the newest logs of every instance stay, and so does the log of every result that stays', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ talks: shell('echo hello; test -e fine && echo x > ${outputs.out}') }),
    fine: '',
  });
  await project.run();
  await project.remove('fine');
  for (let attempt = 0; attempt < 7; attempt++) await project.run('--force');
  await project.pipeline(['gc', '--delete']);
  expect(await readdir(project.path('cache/logs/talks'))).toHaveLength(5 + 1);
});

/** One instance for each value, as a sweep makes them. */
const sweepOver = (values: readonly number[]) => ({
  'pipeline.json': pipelineOf({
    try: { ...shell('echo ${rate} > ${outputs.out}'), matrix: { rate: values } },
  }),
});

test('results of values that the matrix no longer has are freed by --prune, and dropped from the lockfile', async () => {
  const project = await Project.create(sweepOver([1, 2, 3, 4]));
  await project.run();
  await project.write('pipeline.json', sweepOver([2])['pipeline.json']);
  await project.run();
  expect(await gc(project)).toMatchObject({ records: 0 });
  const { out } = await project.pipeline(['gc', '--keep-runs', '1', '--prune']);
  expect(out).toContain(
    'To be dropped from the lockfile: 3 entries that the pipeline no longer has: try:rate=1, try:rate=3, try:rate=4.',
  );
  expect(out).toMatch(/would be deleted by: pipeline gc --keep-runs 1 --prune --delete\n$/);
  expect(await project.read('pipeline.lock.json')).toContain('try:rate=4');

  expect(await gc(project, '--prune', '--delete')).toMatchObject({ deleted: true, records: 3, files: 3 });
  expect(
    Object.keys((JSON.parse(await project.read('pipeline.lock.json')) as { instances: object }).instances),
  ).toEqual(['try:rate=2']);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  expect((await project.pipeline(['verify'])).code).toBe(0);
});

test('--prune keeps results that a commit or another pipeline file names, and refuses --set', async () => {
  const project = await Project.create({ ...sweepOver([1, 2, 3]), '.gitignore': 'cache\n' });
  await project.run();
  await git(project, 'init', '-q', '-b', 'main');
  await git(project, 'add', '.');
  await git(project, 'commit', '-qm', 'three');
  await project.write('pipeline.json', sweepOver([3, 4])['pipeline.json']);
  await project.run();
  expect(await gc(project, '--prune', '--delete')).toMatchObject({ deleted: true, records: 0 });
  await git(project, 'checkout', '-q', '.');
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  const { code, err } = await project.pipeline(['gc', '--prune', '--set', 'x=1']);
  expect([code, err]).toEqual([2, expect.stringContaining('Leave out --set.')]);
});

test('a lockfile in a commit that cannot be read is named', async () => {
  const project = await Project.create(study);
  await project.run();
  await git(project, 'init', '-q', '-b', 'main');
  const whole = await project.read('pipeline.lock.json');
  await project.write('pipeline.lock.json', whole.slice(0, 50));
  await git(project, 'add', '.');
  await git(project, 'commit', '-qm', 'damaged');
  await project.write('pipeline.lock.json', whole);
  const { code, err } = await project.pipeline(['gc']);
  expect(code).toBe(0);
  expect(err).toMatch(
    /^pipeline\.lock\.json of commit [0-9a-f]{12} cannot be read: of its results, only those are kept/,
  );
});

test('a disk that is full to the last byte is freed', async ({ skip }) => {
  const project = await Project.create({
    'pipeline.json': pipelineOf(
      { make: shell('head -c 300000 /dev/urandom > ${outputs.out}', {}, { params: { n: '${params.n}' } }) },
      { n: 1 },
    ),
  });
  const obstacle = await mountSmallDisk(project.path('cache'));
  if (obstacle !== undefined) return skip(obstacle);
  for (const n of [2, 3, 1]) expect((await project.run(...set(n))).code).toBe(0);
  await project.shell('cat /dev/zero > cache/filler 2> /dev/null || true');
  const { code, out, err } = await project.pipeline(['gc', '--keep-runs', '1', '--delete']);
  expect(err).toBe('');
  expect([code, out]).toEqual([0, expect.stringMatching(/Deleted: [56]\d\d\.?\d* KiB/)]);
  expect([await missing(project, 2), await missing(project, 1)]).toEqual([1, 0]);
  await project.remove('cache/filler');
  expect((await project.pipeline(['verify'])).code).toBe(0);
});
