/**
 * Files of the store are changed, cut short, removed, replaced by folders or made unreadable, and the disk is filled.
 */
import { execa } from 'execa';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resultsOf, unsoundBlobs, userFilesOf } from './faults/judge.ts';
import { LOCK_FILE, USER_FILES } from './faults/project.ts';
import { mountSmallDisk, pipelineOf, Project, shell } from './rig.test-support.ts';

const DAMAGE = {
  'a flipped byte': (file: string) => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    chmodSync(file, 0o644);
    writeFileSync(file, bytes);
  },
  'half of it': (file: string) => {
    chmodSync(file, 0o644);
    truncateSync(file, readFileSync(file).length >> 1);
  },
  'no file': (file: string) => {
    rmSync(file);
  },
  'a folder': (file: string) => {
    rmSync(file);
    mkdirSync(path.join(file, 'inside'), { recursive: true });
  },
} satisfies Readonly<Record<string, (file: string) => void>>;
const KINDS = Object.keys(DAMAGE) as (keyof typeof DAMAGE)[];

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

test('whatever happens to blobs, records or caches: verify finds it, and run ends with the same results', async () => {
  const project = await Project.create(USER_FILES);
  await project.run();
  const [results, theirs] = [resultsOf(project.root), userFilesOf(project.root)];
  for (const folder of ['objects', 'runs', 'state']) {
    for (const kind of KINDS) {
      for (const file of filesIn(project.path(`cache/${folder}`))) DAMAGE[kind](file);
      // Damage of an unread blob may stay unnoticed, until verify reads all.
      const mended = folder === 'objects' ? await project.pipeline(['verify', '--repair']) : await project.run();
      const what = `${kind} in place of every file in ${folder}`;
      expect([what, mended.code]).toEqual([what, 0]);
      if (folder === 'state')
        expect([what, (mended as Awaited<ReturnType<Project['run']>>).executed]).toEqual([what, []]);
      expect([what, resultsOf(project.root), userFilesOf(project.root), unsoundBlobs(project.root)]).toEqual([
        what,
        results,
        theirs,
        [],
      ]);
    }
  }
});

test('a damaged lockfile is left as it is and named with its remedy, and the remedy works', async () => {
  const project = await Project.create(USER_FILES);
  await project.run();
  const results = resultsOf(project.root);
  for (const [kind, code, remedy] of [
    ['half of it', 2, 'or delete it'],
    ['a folder', 4, 'Move it away'],
    ['no file', 0, ''],
  ] as const) {
    DAMAGE[kind](project.path(LOCK_FILE));
    const refused = await project.pipeline(['run']);
    expect([kind, refused.code]).toEqual([kind, code]);
    expect(refused.err).toContain(remedy);
    if (code !== 0) expect(refused.err).toContain(LOCK_FILE);
    await project.remove(LOCK_FILE);
    const run = await project.run();
    expect([kind, run.code, run.executed]).toEqual([kind, 0, []]);
    expect(resultsOf(project.root)).toEqual(results);
  }
});

test('what may not be read or written is named with its remedy, is never thrown away, and the next run goes on', async ({
  skip,
}) => {
  const nobody = 65534;
  const project = await Project.create(USER_FILES);
  const asUser = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ('uid' in asUser) {
    chownSync(project.root, nobody, nobody);
    for (const entry of readdirSync(project.root, { recursive: true, encoding: 'utf8' }))
      chownSync(project.path(entry), nobody, nobody);
  }
  const command = path.resolve(import.meta.dirname, '../dist/cli/main.js');
  const run = (...words: string[]) =>
    execa(process.execPath, [command, 'run', ...words], {
      cwd: project.root,
      env: { HOME: project.root },
      reject: false,
      ...asUser,
    });
  const first = await run();
  if (first.code === 'EACCES') return skip('another user may not run Node here');
  expect(first.exitCode).toBe(0);
  const results = resultsOf(project.root);
  const [record] = filesIn(project.path('cache/runs'));
  for (const place of [
    record!,
    project.path('cache/runs'),
    project.path('cache/objects'),
    project.path('cache/work'),
    project.path(LOCK_FILE),
    project.path('cache/state'),
  ]) {
    const shown = path.relative(project.root, place);
    const mode = place === record || place.endsWith(LOCK_FILE) ? 0o644 : 0o755;
    chmodSync(place, 0);
    const refused = await run('--force');
    chmodSync(place, mode);
    const isCache = shown === 'cache/state';
    expect([shown, refused.exitCode]).toEqual([shown, isCache ? 0 : 4]);
    if (!isCache)
      expect([shown, refused.stderr + refused.stdout]).toEqual([
        shown,
        expect.stringMatching(/permission denied: .*\n?.*Correct its owner or its permissions/),
      ]);
    expect([shown, (await run()).exitCode]).toEqual([shown, 0]);
    expect(resultsOf(project.root)).toEqual(results);
  }
});

test(
  'a full disk is told with the file and the room there is, nothing that was finished is lost, and with room the ' +
    'run goes on',
  async ({ skip }) => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        first: shell('echo first > ${outputs.out}'),
        second: shell(
          'echo second | cat ${inputs.x} - > ${outputs.out}; [ -e roomy ] || cat /dev/zero > cache/filler 2> ' +
            '/dev/null || true',
          { x: { stage: 'first', output: 'out' } },
        ),
      }),
    });
    const obstacle = await mountSmallDisk(project.path('cache'));
    if (obstacle !== undefined) return skip(obstacle);
    const full = await project.pipeline(['run']);
    expect(full.code).toBe(4);
    expect(full.out + full.err).toMatch(/disk full \(\d.* free\): .*cache\/.* cannot be (written|made|opened)/);
    expect(full.out + full.err).toContain('Free space there');

    await project.remove('cache/filler');
    await project.write('roomy', '');
    const run = await project.run();
    expect([run.code, run.executed, run.ids('fresh')]).toEqual([0, ['second'], ['first']]);
  },
);

test('a full disk explains a stage that failed without a word, and is added to a failure that has a cause', async ({
  skip,
}) => {
  const fills = '[ -e cache/filler ] || cat /dev/zero > cache/filler 2> /dev/null || true; ';
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      silent: shell(`${fills} exit 3`),
      killed: shell(`${fills} kill -TERM $$`, {}, { retries: { limit: 1, delay: '1ms' } }),
    }),
  });
  const obstacle = await mountSmallDisk(project.path('cache'));
  if (obstacle !== undefined) return skip(obstacle);
  const silent = await project.pipeline(['run', 'silent']);
  expect(silent.code).toBe(4);
  // The runner does not know which file the stage wrote: it names the folder.
  expect(silent.out + silent.err).toMatch(/disk full \(\d.* free\): .*cache cannot be written/);
  await project.remove('cache/filler');
  const killed = await project.run('killed');
  expect(killed.code).toBe(1);
  expect(killed.ids('retrying')).toEqual(['killed']);
  expect(killed.of('failed').map(({ failure }) => failure)).toEqual([
    {
      kind: 'signal',
      signal: 'SIGTERM',
      fullDisk: { path: project.path('cache'), freeBytes: expect.any(Number) as number },
    },
  ]);
});
