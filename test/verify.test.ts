import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** numbers -> folder -> total; `numbers` depends on a parameter, so that it can have earlier results. */
const study = {
  'pipeline.json': pipelineOf(
    {
      numbers: shell(
        'echo numbers >> executed; echo ${params.n} 2 3 > ${outputs.out}',
        {},
        { params: { n: '${params.n}' } },
      ),
      pages: {
        command: 'echo pages >> executed; cat ${inputs.x} > ${outputs.all}/one; echo two > ${outputs.all}/two',
        inputs: { x: { stage: 'numbers', output: 'out' } },
        outputs: { all: 'all/' },
      },
      total: shell('echo total >> executed; cat ${inputs.x}/* > ${outputs.out}', {
        x: { stage: 'pages', output: 'all' },
      }),
    },
    { n: 1 },
  ),
};

async function upToDate(): Promise<Project> {
  const project = await Project.create(study);
  expect((await project.run()).executed).toEqual(['numbers', 'pages', 'total']);
  await project.remove('executed');
  return project;
}

/** The blob whose text this is. */
async function blob(project: Project, text: string): Promise<string> {
  for (const folder of await readdir(project.path('cache/objects'))) {
    for (const name of await readdir(project.path(`cache/objects/${folder}`))) {
      const file = path.join(project.path(`cache/objects/${folder}`), name);
      if ((await readFile(file, 'utf8')) === text) return file;
    }
  }
  throw new Error(`No blob holds ${text}.`);
}

/** As a failing disk would: the size stays. */
async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[0]! ^= 1;
  await chmod(file, 0o644);
  await writeFile(file, bytes);
}

const executed = async (project: Project): Promise<string[]> =>
  project.exists('executed') ? (await project.read('executed')).split('\n').filter(Boolean) : [];

test('an intact store is told so, with what was read', async () => {
  const project = await upToDate();
  const { out, code } = await project.pipeline(['verify']);
  expect(out).toMatch(/^Checked 4 files \(\d+ B\) of 3 results: all as they were made\.\n$/);
  expect(code).toBe(0);
});

test('a flipped bit that leaves the size as it was is found, with what made the file and what reads it', async () => {
  const project = await upToDate();
  await flip(await blob(project, '1 2 3\n'));
  expect((await project.pipeline(['status'])).out).toBe('3 of 3 up to date.\n');
  const { out, err, code } = await project.pipeline(['verify']);
  expect(code).toBe(4);
  expect(out).toMatch(/^damaged +numbers, pages +out\.txt +[0-9a-f]{12} +pages, total$/m);
  expect(out).toContain('of 3 results: 1 file damaged.\n');
  expect(err).toBe('pipeline verify --repair makes them again.\n');
  expect(await blob(project, '0 2 3\n')).toBeTruthy();
});

test('--repair executes exactly what made the damaged files, and ends with every digest checked', async () => {
  const project = await upToDate();
  await flip(await blob(project, 'two\n'));
  const { out, code } = await project.pipeline(['verify', '--repair']);
  expect(out).toContain('Made again: pages.\nChecked 4 files');
  expect(out).toMatch(/all as they were made\.\n$/);
  expect(code).toBe(0);
  expect(await executed(project)).toEqual(['pages']);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  expect(await readdir(project.path('cache/quarantine'))).toEqual([]);
});

test('--repair makes a chain of deleted results again, producers first', async () => {
  const project = await upToDate();
  await rm(project.path('cache/objects'), { recursive: true });
  const check = await project.pipeline(['verify']);
  expect(check.out).toContain('3 files missing');
  expect((await project.pipeline(['verify', '--repair'])).code).toBe(0);
  expect(await executed(project)).toEqual(['numbers', 'pages', 'total']);
});

test('what an earlier parameter made cannot be made again: its record goes to quarantine, and nothing is executed', async () => {
  const project = await upToDate();
  await project.run('--set', 'n=7');
  await project.run();
  await project.remove('executed');
  await flip(await blob(project, '7 2 3\n'));
  const { out, code } = await project.pipeline(['verify', '--repair']);
  expect(out).toContain(
    'Cannot be made again from the pipeline as it is now: numbers, pages. The records went to quarantine.',
  );
  expect(code).toBe(0);
  expect(await executed(project)).toEqual([]);
  expect((await project.pipeline(['verify'])).code).toBe(0);
});

test('an unreadable record is damage, and is made again', async () => {
  const project = await upToDate();
  const { fingerprint } = JSON.parse((await project.pipeline(['show', 'total', '--json'])).out) as {
    fingerprint: string;
  };
  const [name] = await readdir(project.path(`cache/runs/${fingerprint}`));
  await project.write(`cache/runs/${fingerprint}/${name}`, '{"checksum": ');
  const { out, code } = await project.pipeline(['verify', '--repair']);
  expect(out).toContain('1 record unreadable.');
  expect(code).toBe(0);
  expect(await executed(project)).toEqual(['total']);
});

test('results that the lockfile names and this store never had are no damage', async () => {
  const project = await upToDate();
  await project.remove('cache');
  const { out, code } = await project.pipeline(['verify']);
  expect(out).toBe(
    'Checked 0 files (0 B) of 0 results: all as they were made.\n3 results that the lockfile names are not in ' +
      'this store: numbers, pages, total.\n',
  );
  expect(code).toBe(0);
});

test('a target restricts what is read', async () => {
  const project = await upToDate();
  await flip(await blob(project, 'two\n'));
  expect((await project.pipeline(['verify', 'numbers'])).code).toBe(0);
  expect((await project.pipeline(['verify', 'pages'])).code).toBe(4);
});

test('--json is one document, also when something is repaired', async () => {
  const project = await upToDate();
  await flip(await blob(project, 'two\n'));
  const { out, code } = await project.pipeline(['verify', '--repair', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    results: 3,
    blobs: 4,
    damages: [
      {
        state: 'damaged',
        references: [{ instance: 'pages', part: { kind: 'output', output: 'all', file: 'all/two' } }],
        readers: ['total'],
      },
    ],
    repair: { made: ['pages'], lost: [], after: { damages: [] } },
  });
});
