import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf({
    make: { module: 'make.ts', inputs: { data: 'data' }, outputs: { out: 'out.txt' } },
    pages: {
      command: 'mkdir ${outputs.all}/deep; cat ${inputs.x} > ${outputs.all}/deep/one; echo two > ${outputs.all}/two',
      inputs: { x: { stage: 'make', output: 'out' } },
      outputs: { all: 'all/' },
    },
    report: shell(
      'cat ${inputs.x}/deep/one ${inputs.x}/two > ${outputs.out}',
      { x: { stage: 'pages', output: 'all' } },
      { outputs: { out: { file: 'report.txt', publish: 'reports/report.txt' } } },
    ),
  }),
  'make.ts':
    "import { writeFileSync } from 'node:fs';\nexport default (stage: { outputs: { out: string } }) => { " +
    "writeFileSync(stage.outputs.out, 'one\\n'); };\n",
  'data/patient-17.txt': 'image',
};

async function upToDate(): Promise<Project> {
  const project = await Project.create(study);
  expect((await project.run()).executed).toEqual(['make', 'pages', 'report']);
  return project;
}

/** The same project elsewhere, without store and lockfile, and with the archive. */
async function elsewhere(project: Project, archive: string): Promise<Project> {
  const other = await Project.create(study);
  await cp(project.path(archive), other.path(archive));
  return other;
}

test.each(['results.tar', 'results.tar.gz'])(
  'what was exported as %s is imported elsewhere, and a run there restores it without executing anything',
  async (archive) => {
    const project = await upToDate();
    const { out, code } = await project.pipeline(['export', archive]);
    expect({ out, code }).toEqual({
      out: expect.stringMatching(
        new RegExp(`^Exported 3 results \\(8 files, [\\d.]+ KiB\\) to ${archive}, [\\d.]+ KiB\\.\\n$`),
      ) as string,
      code: 0,
    });
    const other = await elsewhere(project, archive);
    const taken = await other.pipeline(['import', archive]);
    expect(taken).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Imported 3 results of "test" \([\d.]+ \w+ new\)\.\n$/) as string,
    });
    expect((await other.pipeline(['verify'])).code).toBe(0);
    const run = await other.run();
    expect({ code: run.code, executed: run.executed, restored: run.ids('restored') }).toEqual({
      code: 0,
      executed: [],
      restored: ['report'],
    });
    expect(await other.read('reports/report.txt')).toBe('one\ntwo\n');
    expect(await other.read('pipeline.lock.json')).toBe(await project.read('pipeline.lock.json'));
  },
);

test('importing twice changes nothing the second time', async () => {
  const project = await upToDate();
  await project.pipeline(['export', 'results.tar']);
  const other = await elsewhere(project, 'results.tar');
  await other.pipeline(['import', 'results.tar']);
  const listing = async (): Promise<string[]> =>
    (await readdir(other.path('cache'), { recursive: true }))
      .filter((name) => /^(objects|runs|work|quarantine)/.test(name))
      .sort();
  const before = await listing();
  expect((await other.pipeline(['import', 'results.tar'])).out).toBe(
    'Imported 0 results of "test" (0 B new); 3 were here already.\n',
  );
  expect(await listing()).toEqual(before);
});

test('an archive is a tar file with the manifest first, the same for the same results, and it replaces nothing', async () => {
  const project = await upToDate();
  await project.pipeline(['export', 'a.tar']);
  await project.pipeline(['export', 'b.tar']);
  expect(await readFile(project.path('a.tar'))).toEqual(await readFile(project.path('b.tar')));
  const { stdout } = await execa('tar', ['-tf', project.path('a.tar')]);
  expect(stdout.split('\n')[0]).toMatch(/^manifest-[0-9a-f]{64}\.json$/);
  const again = await project.pipeline(['export', 'a.tar']);
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('a.tar is there already') as string });
});

test('the names of data files do not leave with the results', async () => {
  const project = await upToDate();
  await project.pipeline(['export', 'results.tar']);
  expect((await readFile(project.path('results.tar'), 'latin1')).includes('patient-17')).toBe(false);
});

test('a target takes what it needs along, and nothing else', async () => {
  const project = await upToDate();
  const { out } = await project.pipeline(['export', 'part.tar', 'pages']);
  expect(out).toContain('Exported 2 results');
  const other = await elsewhere(project, 'part.tar');
  await other.pipeline(['import', 'part.tar']);
  expect((await other.run()).executed).toEqual(['report']);
});

test('results that are not there, or damaged, are not exported, and no archive is left', async () => {
  const project = await Project.create(study);
  const nothing = await project.pipeline(['export', 'results.tar']);
  expect(nothing).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      '3 of 3 results are not in the store as the lockfile names them: make, pages, report\n  Make them first: ' +
        'pipeline run',
    ) as string,
  });
  await project.run();
  const { outputs } = JSON.parse((await project.pipeline(['show', 'make', '--json'])).out) as {
    outputs: { out: { digest: string } };
  };
  const blob = `cache/objects/${outputs.out.digest.slice(0, 2)}/${outputs.out.digest.slice(2)}`;
  await project.remove(blob);
  await project.write(blob, 'eno\n');
  expect((await project.pipeline(['export', 'results.tar'])).code).toBe(4);
  expect((await readdir(project.root)).filter((name) => name.includes('.tar'))).toEqual([]);
  expect((await project.run()).executed).toEqual(['make']);
});

test('results of instances that the pipeline does not have stay outside, and entries of the lockfile are not replaced', async () => {
  const project = await upToDate();
  await project.pipeline(['export', 'results.tar']);
  const other = await elsewhere(project, 'results.tar');
  await other.write(
    'pipeline.json',
    pipelineOf({ make: { module: 'make.ts', inputs: { data: 'data' }, outputs: { out: 'out.txt' } } }),
  );
  await other.write('data/patient-17.txt', 'another image');
  await other.run();
  const lock = await other.read('pipeline.lock.json');
  expect((await other.pipeline(['import', 'results.tar'])).out).toMatch(
    /^Imported 1 result .*\nLeft out: 2 results of instances that this pipeline does not have, for instance pages\.\n$/,
  );
  expect(await other.read('pipeline.lock.json')).toBe(lock);
  await other.write('data/patient-17.txt', 'image');
  expect((await other.run()).ids('restored')).toEqual(['make']);
});

test('a truncated archive is refused, and the store stays as it was', async () => {
  const project = await upToDate();
  await project.pipeline(['export', 'results.tar.gz']);
  const other = await Project.create(study);
  const whole = await readFile(project.path('results.tar.gz'));
  await writeFile(other.path('results.tar.gz'), whole.subarray(0, whole.length - 200));
  const { code, err } = await other.pipeline(['import', 'results.tar.gz']);
  expect(code).toBe(2);
  expect(err).toMatch(/^error: the archive (is damaged|ends before)/);
  expect(other.exists('cache/objects')).toBe(false);
  expect(await readdir(other.path('cache/work'))).toEqual([]);
  expect(other.exists('pipeline.lock.json')).toBe(false);
});

test('a name that says nothing of how the archive is packed is refused', async () => {
  const project = await upToDate();
  expect(await project.pipeline(['export', 'results.zip'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('the name of an archive ends in .tar, .tar.gz or .tar.zst') as string,
  });
});
