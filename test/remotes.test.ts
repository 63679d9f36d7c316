import { execa } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, writeFile, mkdir, cp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  s3Missing,
  sshMissing,
  startS3,
  startSsh,
  type TestServer,
} from '../src/runner/remote/servers.test-support.ts';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf(
    {
      make: shell(
        'cat ${inputs.data}/labels.csv > ${outputs.out}; echo ${params.n} >> ${outputs.out}; echo made >> ../../../made',
        { data: 'data/ham' },
        { params: { n: '${params.n}' } },
      ),
      all: {
        command: 'for i in 1 2 3; do cp ${inputs.x} ${outputs.all}/$i; done; echo made >> ../../../made',
        inputs: { x: '@make/out' },
        outputs: { all: 'all/' },
      },
    },
    { n: 1 },
  ),
  'data/ham/labels.csv': 'id,dx\na,nv\n',
  'data/ham/images/a.png': 'image a',
};

type Env = Readonly<Record<string, string>>;

async function ok(project: Project, words: readonly string[], env: Env = {}): Promise<string> {
  const { code, out, err } = await project.pipeline(words, { env });
  expect(code, `${words.join(' ')}: ${out}${err}`).toBe(0);
  return out;
}

/** A project with results, two versions of data and a remote. */
async function source(url: string): Promise<Project> {
  const project = await Project.create(study);
  await ok(project, ['data', 'add', 'data/ham']);
  await project.write('data/ham/images/b.png', 'image b');
  await ok(project, ['data', 'add', 'data/ham']);
  await ok(project, ['run']);
  await ok(project, ['remote', 'add', 'lab', url]);
  return project;
}

/** What git would carry: no store, no data. */
async function clone(from: Project): Promise<Project> {
  const project = await Project.create({});
  for (const name of ['pipeline.json', 'pipeline.lock.json', '.pipelinerc.json'])
    await cp(from.path(name), project.path(name));
  await mkdir(project.path('data'));
  await cp(from.path('data/ham.data.json'), project.path('data/ham.data.json'));
  return project;
}

const root = mkdtempSync(path.join(os.tmpdir(), 'remotes-test-'));
const servers: TestServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
  rmSync(root, { recursive: true, force: true });
});

interface Kind {
  readonly missing: string | undefined;
  readonly start: () => Promise<{ url: (name: string) => string; env: Env; folder: (name: string) => string }>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a shared folder': {
    missing: undefined,
    start: () => Promise.resolve({ url: at, env: {}, folder: at }),
  },
  SSH: {
    missing: sshMissing(),
    start: async () => {
      const server = await startSsh(path.join(root, 'sshd'));
      servers.push(server);
      const folder = (name: string): string => at(`ssh-${name}`);
      return { url: (name) => `ssh://test${folder(name)}`, env: server.env, folder };
    },
  },
  S3: {
    missing: s3Missing(),
    start: async () => {
      const server = await startS3(path.join(root, 's3'));
      servers.push(server);
      return {
        url: (name) => `s3://lab/${name}`,
        env: server.env,
        folder: (name) => path.join(root, 's3/data/lab', name),
      };
    },
  },
};

const at = (name: string): string => path.join(root, name);

for (const [kind, { missing, start }] of Object.entries(KINDS)) {
  describe.skipIf(missing !== undefined)(`${kind}${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
    let server: Awaited<ReturnType<Kind['start']>>;
    beforeAll(async () => {
      server = await start();
    });

    test('a fresh clone pulls results and data, and nothing is executed', async () => {
      await mkdir(server.folder('first'), { recursive: true });
      const { env } = server;
      const here = await source(server.url('first'));
      expect(await ok(here, ['push'], env)).toMatch(/^Pushed 2 results and 2 versions of data to lab: \d+ files sent/);
      expect(await ok(here, ['push'], env)).toContain(': 0 files sent (0 B)');
      const there = await clone(here);
      expect(JSON.parse(await ok(there, ['fetch', '--dry-run', '--json'], env))).toMatchObject({
        results: 2,
        absent: 0,
      });
      expect(await ok(there, ['pull'], env)).toContain('Checked out data/ham.');
      expect(await there.read('data/ham/images/b.png')).toBe('image b');
      await ok(there, ['status', '--check'], env).catch(() => undefined);
      expect((await there.run()).executed).toEqual([]);
      await ok(there, ['verify']);
      const before = await there.pipeline(['data', 'list', '--json']);
      expect((JSON.parse(before.out) as object[]).length).toBeGreaterThanOrEqual(1);
    });

    test('a flipped byte is never taken over; verify finds it, and the next push replaces it', async () => {
      await mkdir(server.folder('flipped'), { recursive: true });
      const { env } = server;
      const here = await source(server.url('flipped'));
      await ok(here, ['push'], env);
      const there = await clone(here);
      const [pack = ''] = (await readdir(server.folder('flipped/packs'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
      const bytes = await readFile(pack);
      for (let i = 0; i < bytes.length; i += 5) bytes[i] = (bytes[i] ?? 0) ^ 1; // each blob has a flipped bit
      await execa('chmod', ['u+w', pack]);
      await writeFile(pack, bytes);
      const refused = await there.pipeline(['pull'], { env });
      expect(refused.code).toBe(4);
      expect(refused.err).toMatch(/files? are damaged there/);
      expect((await there.pipeline(['verify'])).code, 'the store has no damaged file').toBe(0);
      const verified = await here.pipeline(['verify', '--remote'], { env });
      expect(verified.code).toBe(4);
      expect(verified.out).toContain('1 not intact');
      await here.write('data/ham/images/c.png', 'a new version does not keep the old pack from its repair');
      await ok(here, ['data', 'add', 'data/ham']);
      await ok(here, ['push'], env);
      await ok(here, ['verify', '--remote'], env);
      await ok(there, ['pull'], env);
    });

    test('two sites that push at once both succeed, and a third gets the results of both', async () => {
      await mkdir(server.folder('both'), { recursive: true });
      const { env } = server;
      const first = await source(server.url('both'));
      const second = await source(server.url('both'));
      await ok(second, ['run', '--set', 'n=2']);
      await Promise.all([ok(first, ['push'], env), ok(second, ['push', '--set', 'n=2'], env)]);
      for (const site of [first, second]) {
        const there = await clone(site);
        await ok(there, ['pull'], env);
        await ok(there, ['verify']);
      }
      await ok(first, ['verify', '--remote'], env);
    });

    test('a push that is killed leaves nothing visible, and the next one finishes it', async () => {
      await mkdir(server.folder('killed'), { recursive: true });
      const { env } = server;
      const here = await source(server.url('killed'));
      for (const delay of [300, 500, 700]) {
        const started = here.start(['push'], { env });
        await new Promise((resume) => setTimeout(resume, delay));
        started.signal('SIGKILL');
        await started.ended;
        await ok(await clone(here), ['fetch', '--dry-run'], env);
      }
      await ok(here, ['push'], env);
      await ok(await clone(here), ['pull'], env);
    });
  });
}

test('run --pull takes results instead of executing, stage after stage', async () => {
  await mkdir(at('through'));
  const here = await source(at('through'));
  await ok(here, ['push']);
  const there = await clone(here);
  await there.remove('pipeline.lock.json');
  await cp(here.path('data/ham'), there.path('data/ham'), { recursive: true });
  const { code, err } = await there.pipeline(['run', '--pull']);
  expect(code, err).toBe(0);
  expect(err).toContain('Pulled 2 results from lab');
  expect(there.exists('made')).toBe(false);
  await there.write('data/ham/images/c.png', 'c');
  expect((await there.pipeline(['run', '--pull'])).code, 'new work is executed').toBe(0);
});

test('gc of a remote marks first, deletes a day later, and keeps what any push names', async () => {
  await mkdir(at('swept'));
  const here = await source(at('swept'));
  await ok(here, ['push']);
  await ok(here, ['run', '--set', 'n=2']);
  await ok(here, ['push', '--set', 'n=2']);
  expect(await ok(here, ['gc', '--remote'])).toContain('Everything on it is named');
  expect(await ok(here, ['gc', '--remote', '--keep-pushes', '1'])).toMatch(/Named by no push: 0|Everything/);
  // A result that no push names: its note is lost.
  const orphan = await Project.create(study);
  await ok(orphan, ['remote', 'add', 'lab', at('swept')]);
  await orphan.write('data/ham/labels.csv', 'id,dx\nz,mel\n');
  await ok(orphan, ['run']);
  await ok(orphan, ['push', '--no-data']);
  const notes = await readdir(at('swept/projects/test'));
  await execa('rm', [at(`swept/projects/test/${notes.sort().at(-1) ?? ''}`)]);
  expect(await ok(here, ['gc', '--remote'])).toMatch(/Named by no push: 1 pack .* 0 of them/);
  const sweep = ['gc', '--remote', '--delete', '--json'];
  expect(JSON.parse(await ok(here, sweep))).toMatchObject({ unnamed: 1, due: 0 });
  expect(JSON.parse(await ok(here, sweep)), 'a day has not passed').toMatchObject({ unnamed: 1, due: 0 });
  // A push after the mark does not rely on the marked pack.
  expect(await ok(orphan, ['push', '--no-data'])).not.toContain(': 0 files sent');
  await execa('sh', ['-c', `touch -d '2 days ago' ${at('swept/marks')}/*`]);
  const after = await readdir(at('swept/projects/test'));
  await execa('rm', [at(`swept/projects/test/${after.sort().at(-1) ?? ''}`)]);
  expect(JSON.parse(await ok(here, sweep))).toMatchObject({ due: 1, unnamed: 2 });
  expect(await ok(orphan, ['push', '--no-data']), 'the second pack is marked by now').not.toContain(': 0 files sent');
  await ok(here, ['verify', '--remote']);
  await ok(await clone(here), ['pull']);
});

test('a remote is added, listed and removed; secrets in an address are refused and not repeated', async () => {
  const project = await Project.create({ ...study, '.pipelinerc.json': '{\n    "jobs": 2\n}\n' });
  const secrets = [
    ['s3://KEY:topsecret@bucket/x'],
    ['s3://KEY:a/topsecret@bucket/x'],
    ['ssh://me:topsecret@host/x'],
    ['ssh://me:a@topsecret@host/x'],
    ['me:topsecret@host:path'],
    ['s3://bucket/x?token=topsecret'],
    ['s3://bucket/x#topsecret'],
    ['s3://bucket/x', '--endpoint', 'https://KEY:topsecret@s3.example.org'],
    ['s3://bucket/x', '--endpoint', 'https://s3.example.org/?token=topsecret'],
  ];
  for (const address of secrets) {
    const { code, err } = await project.pipeline(['remote', 'add', 'bad', ...address]);
    expect(code, address.join(' ')).toBe(2);
    expect(err).not.toContain('topsecret');
  }
  const endpoint = { bad: { url: 's3://bucket/x', endpoint: 'https://KEY:topsecret@s3.example.org' } };
  await project.write('.pipelinerc.local.json', JSON.stringify({ remotes: endpoint }));
  const set = await project.pipeline(['remote', 'list']);
  expect([set.code, set.err]).toEqual([2, expect.stringContaining('it holds a secret')]);
  expect(set.err).not.toContain('topsecret');
  await rm(project.path('.pipelinerc.local.json'));
  for (const url of ['http://x/y', 'ssh://host', 's3://', 'me@host:path'])
    expect((await project.pipeline(['remote', 'add', 'bad', url])).code).toBe(2);
  await ok(project, ['remote', 'add', 'lab', '/mnt/share']);
  await ok(project, ['remote', 'add', 'cloud', 's3://bucket/x', '--endpoint', 'http://127.0.0.1:1', '--read-only']);
  await ok(project, ['remote', 'add', 'mine', 'ssh://host/~/store', '--local']);
  expect(await project.read('.pipelinerc.json')).toContain('    "jobs": 2');
  expect(await project.read('.gitignore')).toContain('.pipelinerc.local.json');
  expect(JSON.parse(await ok(project, ['remote', 'list', '--json']))).toEqual([
    { name: 'lab', url: '/mnt/share', local: false },
    { name: 'cloud', url: 's3://bucket/x', endpoint: 'http://127.0.0.1:1', readOnly: true, local: false },
    { name: 'mine', url: 'ssh://host/~/store', local: true },
  ]);
  const several = await project.pipeline(['push']);
  expect(several.err).toContain('several remotes could be meant: lab, cloud, mine');
  expect((await project.pipeline(['push', '--remote', 'cloud'])).err).toContain('is read-only by the settings');
  expect((await project.pipeline(['push', '--remote', 'lab'])).err).toContain('/mnt/share is no folder here');
  expect((await project.pipeline(['push', '--remote', 'lba'])).err).toContain('lab');
  await ok(project, ['remote', 'remove', 'lab']);
  await ok(project, ['remote', 'remove', 'mine', '--local']);
  expect(JSON.parse(await ok(project, ['remote', 'list', '--json']))).toHaveLength(1);
});
