import { chmod, link, lstat, mkdir, readdir, readFile, stat, symlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const LABELS = 'image_id,lesion_id,dx\na,l1,nv\nb,l1,mel\nc,l2,nv\n';

const study = {
  'pipeline.json': pipelineOf({ read: shell('cat ${inputs.data}/*.csv > ${outputs.out}', { data: 'data/ham' }) }),
  'data/ham/images/a.png': 'image a',
  'data/ham/images/b.png': 'image b',
  'data/ham/images/c.png': 'image c',
  'data/ham/labels.csv': LABELS,
};

const git = (project: Project, ...words: string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main', ...words], {
    cwd: project.root,
    reject: false,
    env: { GIT_CONFIG_GLOBAL: '/dev/null' },
  });

async function data(project: Project, ...words: string[]): Promise<string> {
  const { code, out, err } = await project.pipeline(['data', ...words]);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out;
}

/** Refused or failed; the message. */
async function refused(project: Project, code: number, ...words: string[]): Promise<string> {
  const answer = await project.pipeline(['data', ...words]);
  expect(answer.code, answer.out + answer.err).toBe(code);
  return answer.err;
}

/** Equal within the microsecond that a version keeps. */
class FileTime {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

expect.addEqualityTesters([
  (a: unknown, b: unknown) =>
    a instanceof FileTime && b instanceof FileTime ? Math.abs(a.ms - b.ms) < 0.0015 : undefined,
]);

interface FileState {
  readonly mode: string;
  readonly modified: FileTime;
  readonly content: string;
}

type Snapshot = Record<string, FileState | 'an empty folder'>;

/** Every file and empty folder below a folder. */
async function snapshot(project: Project, folder: string): Promise<Snapshot> {
  const found: Snapshot = {};
  for (const entry of await readdir(project.path(folder), { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(project.path(folder), file);
    if (entry.isDirectory()) {
      if ((await readdir(file)).length === 0) found[name] = 'an empty folder';
      continue;
    }
    const facts = await stat(file);
    if (facts.isDirectory()) continue; // behind a link
    found[name] = {
      mode: (facts.mode & 0o777).toString(8),
      modified: new FileTime(facts.mtimeMs),
      content: await readFile(file, 'utf8'),
    };
  }
  return found;
}

/** Three commits, each with a version of its own. */
async function threeVersions(): Promise<{ project: Project; states: Snapshot[] }> {
  const project = await Project.create({ ...study, '.gitignore': 'cache\n' });
  await git(project, 'init');
  const states: Snapshot[] = [];
  const commit = async (): Promise<void> => {
    states.push(await snapshot(project, 'data/ham'));
    await data(project, 'add', 'data/ham');
    await git(project, 'add', '.');
    await git(project, 'commit', '-m', `version ${states.length}`);
  };
  await utimes(project.path('data/ham/images/a.png'), 1_500_000_000, 1_500_000_000.25);
  await chmod(project.path('data/ham/images/b.png'), 0o750);
  await mkdir(project.path('data/ham/empty'));
  await commit();
  await project.write('data/ham/images/d.png', 'image d');
  await project.remove('data/ham/images/c.png');
  await project.write('data/ham/labels.csv', LABELS.replace('b,l1,mel', 'b,l1,bkl').replace('c,l2,nv\n', 'd,l2,nv\n'));
  await commit();
  await project.write('data/ham/images/a.png', 'image a, corrected');
  await project.shell('mv data/ham/images/d.png data/ham/images/e.png');
  await commit();
  return { project, states };
}

test('each of three versions comes back byte for byte, with permissions, times and empty folders', async () => {
  const { project, states } = await threeVersions();
  for (const [revision, state] of [
    ['HEAD~2', states[0]],
    ['HEAD', states[2]],
    ['HEAD~1', states[1]],
  ] as const) {
    await data(project, 'checkout', revision);
    expect(await snapshot(project, 'data/ham')).toEqual(state);
    expect(await data(project, 'status', '--check')).toMatch(/^data\/ham: version [0-9a-f]{8} of /);
  }
  const { stdout } = await git(project, 'ls-files', 'data');
  expect(stdout.split('\n')).toEqual(['data/.gitignore', 'data/ham.data.json']);
});

test('diff names images, and labels by row and column', async () => {
  const { project } = await threeVersions();
  const first = await data(project, 'diff', 'HEAD~2', 'HEAD~1');
  expect(first).toMatch(/^data\/ham: version \w+ of [\d-]+ -> version \w+ of [\d-]+: 2 images and 3 labels changed$/m);
  expect(first).toContain('images: 1 came, 1 went\n    + images/d.png\n    - images/c.png\n');
  expect(first).toContain(
    'labels of labels.csv: 1 row came, 1 row went, 1 value changed (rows by image_id)\n    b: dx mel -> bkl\n    + d\n    - c\n',
  );
  const second = await data(project, 'diff', 'HEAD~1', 'HEAD');
  expect(second).toContain('images: 1 changed, 1 moved\n    ~ images/a.png\n    images/d.png -> images/e.png\n');
  await project.write('data/ham/images/new.png', 'x');
  expect(await data(project, 'diff')).toContain('-> the files of now: 1 image changed');
  expect(JSON.parse(await data(project, 'diff', '--json', 'HEAD'))).toMatchObject([
    { path: 'data/ham', came: ['images/new.png'], went: [], changed: [], moved: [] },
  ]);
});

test('why names the versions and the number of changed images and labels', async () => {
  const project = await Project.create(study);
  await data(project, 'add', 'data/ham');
  await project.run();
  await project.write('data/ham/images/d.png', 'image d');
  await project.write('data/ham/labels.csv', LABELS.replace('mel', 'bkl'));
  const before = await project.pipeline(['why', 'read']);
  expect(before.out).toMatch(
    /data\/ham: version \w{4} of today -> files of now that are no version, 1 image and 1 label/,
  );
  await data(project, 'add', 'data/ham');
  const { out } = await project.pipeline(['why', 'read']);
  expect(out).toMatch(/data\/ham: version \w{4} of today -> \w{4} of today, 1 image and 1 label changed\n/);
});

test('a checkout never replaces or removes a file that no version holds', async () => {
  const { project } = await threeVersions();
  await project.write('data/ham/images/e.png', 'edited by hand');
  await project.write('data/ham/notes.txt', 'never added');
  const before = await snapshot(project, 'data/ham');
  const err = await refused(project, 2, 'checkout', 'HEAD~2');
  expect(err).toContain('data/ham holds 2 files that no version holds; nothing was changed');
  expect(err).toContain('data/ham/images/e.png (differs from every version)');
  expect(err).toContain('data/ham/notes.txt (in no version)');
  expect(await snapshot(project, 'data/ham')).toEqual(before);

  const told = await data(project, 'checkout', '--force', 'HEAD~2');
  const [, kept = ''] = /the files of before are version (\w{8}) now/.exec(told) ?? [];
  expect(project.exists('data/ham/notes.txt')).toBe(false);
  await data(project, 'checkout', kept);
  expect(await snapshot(project, 'data/ham')).toEqual(before);
});

test('nothing changes before all content is here, and files that are missing are named', async () => {
  const { project } = await threeVersions();
  const before = await snapshot(project, 'data/ham');
  const [old] = JSON.parse(await data(project, 'diff', '--json', 'HEAD', 'HEAD~2')) as { came: string[] }[];
  expect(old?.came).toContain('images/c.png');
  const { stdout: digest } = await project.shell("printf 'image c' | sha256sum | cut -d' ' -f1");
  await project.remove(`cache/objects/${digest.slice(0, 2)}/${digest.trim().slice(2)}`);
  const err = await refused(project, 2, 'checkout', 'HEAD~2');
  expect(err).toContain('1 of 4 files of version');
  expect(err).toContain('images/c.png');
  expect(await snapshot(project, 'data/ham')).toEqual(before);
  const partial = await project.pipeline(['data', 'checkout', '--partial', 'HEAD~2']);
  expect(partial.code).toBe(1);
  expect(partial.out).toContain('missing in the store: 1 file\n    data/ham/images/c.png');
  expect(await project.read('data/ham/images/a.png')).toBe('image a');
});

test('gc keeps every version that was added, and deletes one only after it was forgotten', async () => {
  const project = await Project.create(study);
  await data(project, 'add', 'data/ham');
  await project.write('data/ham/images/a.png', 'second');
  await data(project, 'add', 'data/ham');
  await project.pipeline(['gc', '--delete']);
  const versions = JSON.parse(await data(project, 'list', '--json')) as { version: string; inStore: boolean }[];
  expect(versions.map(({ inStore }) => inStore)).toEqual([true, true]);
  expect(await refused(project, 2, 'forget', 'data/ham', versions[0]?.version ?? '')).toContain('cannot be forgotten');
  await data(project, 'forget', 'data/ham', versions[1]?.version ?? '');
  await new Promise((resume) => setTimeout(resume, 2100)); // gc spares files of the last two seconds
  const { out } = await project.pipeline(['gc', '--json', '--delete']);
  const { garbage } = JSON.parse(out) as { garbage: { kind: string }[] };
  expect(garbage.filter(({ kind }) => kind === 'file').length).toBeGreaterThanOrEqual(2);
  expect(await data(project, 'status', '--check')).toContain('data/ham: version');
  await project.remove('data/ham');
  await data(project, 'checkout');
  expect(await project.read('data/ham/images/a.png')).toBe('second');
});

test('an add that is killed changes no version, and the next one finishes it', async () => {
  const project = await Project.create(study);
  for (let i = 0; i < 400; i++) await project.write(`data/ham/images/${i}.png`, `image ${i}`);
  const before = await snapshot(project, 'data/ham');
  for (let delay = 100; !project.exists('data/ham.data.json'); delay += 200) {
    const started = project.start(['data', 'add', 'data/ham']);
    await new Promise((resume) => setTimeout(resume, delay));
    started.signal('SIGKILL');
    await started.ended;
    expect(await snapshot(project, 'data/ham')).toEqual(before);
  }
  await data(project, 'add', 'data/ham');
  await project.remove('data/ham');
  await data(project, 'checkout');
  expect(await snapshot(project, 'data/ham')).toEqual(before);
});

test('a file of the user stays as it is: permissions, time, and no link into the store unless asked', async () => {
  const project = await Project.create(study);
  const file = project.path('data/ham/images/a.png');
  await chmod(file, 0o664);
  await utimes(file, 1_600_000_000, 1_600_000_000);
  await data(project, 'add', 'data/ham');
  await data(project, 'add', 'data/ham');
  expect(await stat(file)).toMatchObject({ nlink: 1, mtimeMs: 1_600_000_000_000 });
  expect((await stat(file)).mode & 0o777).toBe(0o664);
  await project.append('data/ham/images/a.png', ' edited in place');
  await data(project, 'checkout', '--force');
  expect(await project.read('data/ham/images/a.png')).toBe('image a');

  const linked = await Project.create(study);
  await data(linked, 'add', '--link', 'data/ham');
  const other = await stat(linked.path('data/ham/images/a.png'));
  expect(other.nlink).toBe(2);
  expect(other.mode & 0o200).toBe(0o200);
  await linked.append('data/ham/images/a.png', ' edited in place');
  const answer = await linked.pipeline(['data', 'checkout', '--force', '--json']);
  expect(answer.code, 'the damage is found, and the file of the user is kept').toBe(2);
  expect(answer.out + answer.err).toContain('are not in the store');
  expect(await linked.read('data/ham/images/a.png')).toContain('edited in place');
});

test('pointer files never count as inputs, and files that only look like one do', async () => {
  const project = await Project.create({
    ...study,
    'pipeline.json': pipelineOf({
      whole: shell('ls ${inputs.data} > ${outputs.out}', { data: 'data' }),
      glob: shell('ls ${inputs.data} > ${outputs.out}', { data: 'data/*.json' }),
    }),
    'data/own.data.json': '{ "mine": true }',
  });
  await project.run();
  await data(project, 'add', 'data/ham');
  const { executed } = await project.run();
  expect(executed).toEqual([]);
  await project.write('data/own.data.json', '{ "mine": 2 }');
  expect((await project.run()).executed).toEqual(['glob', 'whole']);
});

test('a merge conflict in a pointer file is named with both versions, and a choice ends it', async () => {
  const project = await Project.create({ ...study, '.gitignore': 'cache\n' });
  await git(project, 'init');
  await data(project, 'add', 'data/ham');
  await git(project, 'add', '.');
  await git(project, 'commit', '-m', 'base');
  await git(project, 'checkout', '-b', 'other');
  await project.write('data/ham/images/a.png', 'theirs');
  await data(project, 'add', 'data/ham');
  await git(project, 'commit', '-am', 'theirs');
  await git(project, 'checkout', 'main');
  await data(project, 'checkout');
  await project.write('data/ham/images/a.png', 'ours!');
  await data(project, 'add', 'data/ham');
  await git(project, 'commit', '-am', 'ours');
  expect((await git(project, 'merge', 'other')).exitCode).not.toBe(0);

  const status = await data(project, 'status');
  const [, ours = '', theirs = ''] = /ours: +version (\w{8})[^]*theirs: version (\w{8})/.exec(status) ?? [];
  expect(theirs).not.toBe('');
  expect(await refused(project, 2, 'checkout')).toContain('holds a merge conflict');
  expect((await project.run()).code, 'a conflict does not stop a run').toBe(0);
  await data(project, 'checkout', theirs, 'data/ham');
  expect(await project.read('data/ham/images/a.png')).toBe('theirs');
  await git(project, 'checkout', '--merge', 'data/ham.data.json');
  expect(await data(project, 'add', 'data/ham')).toContain('the merge conflict of the pointer file is over');
  await data(project, 'checkout', ours);
  expect(await project.read('data/ham/images/a.png')).toBe('ours!');
});

test('links, odd names and files of the system follow the rules of the docs', async () => {
  const project = await Project.create({ ...study, 'outside/x.png': 'outside' });
  await symlink('a.png', project.path('data/ham/images/link.png'));
  await symlink(project.path('outside'), project.path('data/ham/linked'));
  for (const name of ['Case.png', 'case.png', 'caf\u00e9.png', 'cafe\u0301.png', 'two\nlines.png', '.DS_Store', ' -n '])
    await project.write(`data/ham/${name}`, JSON.stringify(name));
  const told = await data(project, 'add', 'data/ham');
  expect(told).toMatch(/note: .* are one file on macOS or Windows, as are 1 more/);
  expect(told).toContain('note: .DS_Store belong');
  const before = await snapshot(project, 'data/ham');
  await project.shell("rm data/ham/*.png data/ham/' -n '");
  expect(await data(project, 'status')).toContain('- "two\\nlines.png"');
  await data(project, 'checkout');
  expect(await snapshot(project, 'data/ham')).toEqual(before);
  expect((await lstat(project.path('data/ham/images/link.png'))).isSymbolicLink(), 'an equal link stays').toBe(true);

  await project.write('outside/x.png', 'changed elsewhere');
  expect(await refused(project, 2, 'checkout', '--force')).toContain('data/ham/linked is a link to another folder');
  expect(await project.read('outside/x.png')).toBe('changed elsewhere');
});

test('add refuses what no checkout could bring back, and names it', async () => {
  const project = await Project.create(study);
  await project.write('data/ham/back\\slash.png', 'x');
  expect(await refused(project, 2, 'add', 'data/ham')).toContain('"back\\\\slash.png" cannot exist on every system');
  await project.shell(
    'rm data/ham/back*; ln -s nowhere data/ham/broken; mkdir data/ham/loop; ln -s .. data/ham/loop/up',
  );
  expect(await refused(project, 2, 'add', 'data/ham')).toContain('This link');
  expect(project.exists('data/ham.data.json')).toBe(false);
  await project.shell('rm -r data/ham/broken data/ham/loop');
  await data(project, 'add', 'data/ham');
  expect(await refused(project, 2, 'add', 'data')).toContain('data overlaps data/ham');
  expect(await refused(project, 2, 'add', 'data/ham/images')).toContain('overlaps data/ham');
  expect(await refused(project, 2, 'add', 'cache')).toContain('overlaps the store');
  expect(await refused(project, 2, 'add', '/tmp')).toContain('is not below the folder of the pipeline file');
});

test('a single file has versions too', async () => {
  const project = await Project.create(study);
  await project.write('table.csv', LABELS);
  await data(project, 'add', 'table.csv');
  await project.write('table.csv', LABELS.replace('mel', 'bkl'));
  expect(await data(project, 'status')).toContain('labels of table.csv: 1 value changed');
  expect(await refused(project, 2, 'checkout')).toContain('table.csv (differs from every version)');
  await data(project, 'checkout', '--force');
  expect(await project.read('table.csv')).toBe(LABELS);
});

test('an input with hard links to the store of an older add is never written through', async () => {
  const project = await Project.create(study);
  await data(project, 'add', 'data/ham');
  await link(project.path('data/ham/images/b.png'), project.path('other.png'));
  await project.remove('data/ham/images/a.png');
  await data(project, 'checkout');
  expect(await project.read('other.png')).toBe('image b');
});

test('versions of DVC are taken over from its cache, those of older commits too', async () => {
  const project = await Project.create({ ...study, '.gitignore': 'cache\n.dvc/cache\n' });
  const md5 = async (text: string): Promise<string> => {
    const { stdout } = await execa('md5sum', { input: text });
    return stdout.slice(0, 32);
  };
  const cached = async (text: string, ending = '', folder = '.dvc/cache/files/md5'): Promise<string> => {
    const digest = await md5(text);
    await project.write(`${folder}/${digest.slice(0, 2)}/${digest.slice(2)}${ending}`, text);
    return digest;
  };
  await git(project, 'init');
  await project.write('.dvc/config', '[core]\n    remote = lab\n');
  for (const label of ['nv', 'mel']) {
    const list = [
      { md5: await cached(`image ${label}`), relpath: 'images/a.png' },
      { md5: await cached(`id,dx\na,${label}\n`), relpath: 'labels.csv' },
    ];
    const digest = await cached(JSON.stringify(list), '.dir');
    await project.write(
      'data/set.dvc',
      `outs:\n- md5: ${digest}.dir\n  size: 30\n  nfiles: 2\n  hash: md5\n  path: set\n`,
    );
    await git(project, 'add', '-f', 'data/set.dvc');
    await git(project, 'commit', '-m', label);
  }
  const old = await cached('old\n', '', '.dvc/cache');
  await project.write('data/old.txt.dvc', `outs:\n- md5: ${await md5('old\n')}\n  size: 5\n  path: old.txt\n`);
  await project.write(`.dvc/cache/${old.slice(0, 2)}/${old.slice(2)}`, 'old\r\n'); // DVC 2 hashed it with LF
  const out = await data(project, 'import', 'data/set.dvc', 'data/old.txt.dvc');
  expect(out.match(/imported/g)).toHaveLength(3);
  await data(project, 'checkout');
  expect(await project.read('data/set/labels.csv')).toBe('id,dx\na,mel\n');
  expect(await project.read('data/old.txt')).toBe('old\r\n');
  const versions = JSON.parse(await data(project, 'list', '--json', 'data/set')) as { version: string }[];
  await data(project, 'checkout', versions[1]?.version ?? '', 'data/set');
  expect(await project.read('data/set/labels.csv')).toBe('id,dx\na,nv\n');

  await project.remove('.dvc/cache/files');
  await project.remove('data/set.data.json');
  const lacking = await project.pipeline(['data', 'import', 'data/set.dvc']);
  expect(lacking.code).toBe(1);
  expect(lacking.out).toContain('is not whole in the cache of DVC');
});
