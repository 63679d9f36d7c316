/** Files that interpreters, file managers and editors drop into folders. */
import { describe, expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const READS = shell('cat ${inputs.data}/a > ${outputs.out}', { data: 'data' });

describe('a file that a tool drops into an input', () => {
  test.each([
    ['data/.DS_Store'],
    ['data/.a.swp'],
    ['data/a~'],
    ['data/Thumbs.db'],
    ['data/deep/__pycache__/model.cpython-312.pyc'],
    ['data/.ipynb_checkpoints/a-checkpoint.ipynb'],
    ['data/.git/index'],
  ])('%s: nothing runs', async (file) => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ read: READS }),
      'data/a': '1',
      'data/deep/b': '2',
    });
    expect((await project.pipeline(['run'])).code).toBe(0);
    await project.write(file, 'dropped');
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
    await project.write('data/.hidden', 'counts');
    expect((await project.pipeline(['status', '--check'])).code).toBe(3);
  });

  test('while the stage runs costs no result', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        read: shell('mkdir -p src/__pycache__; echo > src/__pycache__/a.pyc; cat src/a.py > ${outputs.out}', {
          code: 'src',
          all: 'src/**',
        }),
      }),
      'src/a.py': 'a',
    });
    expect((await project.pipeline(['run'])).code).toBe(0);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });

  test('of another name is named, with the key that makes it no part of the input; then the result stays', async () => {
    const stages = { read: shell('echo x > data/my.log; cat ${inputs.data}/a > ${outputs.out}', { data: 'data' }) };
    const project = await Project.create({ 'pipeline.json': pipelineOf(stages), 'data/a': '1' });
    const { code, err } = await project.pipeline(['run']);
    expect(code).toBe(1);
    expect(err).toContain('data changed while it ran (data/my.log was added)');
    expect(err).toContain('"ignore"');
    await project.write('pipeline.json', { ...pipelineOf(stages), ignore: ['*.log'] });
    expect((await project.pipeline(['run'])).code).toBe(0);
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });
});

describe('"ignore"', () => {
  test('lets files count that are ignored by default; a change of it counts through the files', async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({ read: READS }),
      'data/a': '1',
      'data/b.pyc': '',
    });
    await project.pipeline(['run']);
    await project.write('pipeline.json', { ...pipelineOf({ read: READS }), ignore: ['!*.pyc'] });
    const { code, out } = await project.pipeline(['status', '--check']);
    expect(code).toBe(3);
    expect(out).toContain('data/b.pyc added');
    await project.write('pipeline.json', { ...pipelineOf({ read: READS }), ignore: ['*.bak'] });
    await project.write('data/old.bak', '');
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  });

  test('goes for globs, and not for those that name such files', async () => {
    const stages = {
      all: shell('ls -A ${inputs.files} > ${outputs.out}', { files: 'data/*' }),
      compiled: shell('ls -A ${inputs.files} > ${outputs.out}', { files: 'data/*.pyc' }),
      folder: shell('ls -A ${inputs.files} > ${outputs.out}', { files: 'lib/__pycache__' }),
    };
    const project = await Project.create({
      'pipeline.json': pipelineOf(stages),
      'data/a': '1',
      'data/b.pyc': '2',
      'lib/__pycache__/c.pyc': '3',
    });
    expect((await project.pipeline(['run'])).code).toBe(0);
    await project.pipeline(['checkout', '--to', 'shown']);
    expect(await project.read('shown/all/out.txt')).toBe('a\n');
    expect(await project.read('shown/compiled/out.txt')).toBe('b.pyc\n');
    expect(await project.read('shown/folder/out.txt')).toBe('c.pyc\n');
  });

  test.each([
    [['[z-a]'], 'expected a pattern of files, got "[z-a]"'],
    ['*.bak', 'expected a list of patterns as in .gitignore, got the text "*.bak"'],
  ])('%j is refused', async (ignore, message) => {
    const project = await Project.create({
      'pipeline.json': { ...pipelineOf({ read: READS }), ignore },
      'data/a': '1',
    });
    const { code, err } = await project.pipeline(['status']);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('is part of the object form', async () => {
    const project = await Project.create({ 'pipeline.json': { ...pipelineOf({ read: READS }), ignore: ['*.bak'] } });
    expect(JSON.parse((await project.pipeline(['graph', '--expanded'])).out)).toMatchObject({ ignore: ['*.bak'] });
  });
});

describe('a folder output', () => {
  const WRITES = {
    ...shell(
      'mkdir -p ${outputs.out}/__pycache__; echo 1 > ${outputs.out}/a; echo 2 > ${outputs.out}/__pycache__/b.pyc',
    ),
    outputs: { out: { file: 'o/', publish: 'out', commit: true } },
  };

  test('keeps everything that the stage wrote', async () => {
    const project = await Project.create({ 'pipeline.json': pipelineOf({ write: WRITES }) });
    await project.pipeline(['run']);
    expect(await project.read('out/__pycache__/b.pyc')).toBe('2\n');
    await project.shell('rm -rf out cache');
    expect((await project.run()).ids('restored')).toEqual(['write']);
    expect(await project.read('out/__pycache__/b.pyc')).toBe('2\n');
  });

  test('that was looked at with a file manager was not edited, and is replaced by the next result', async () => {
    const plain = { ...shell('echo ${params.v} > ${outputs.out}/a'), params: { v: '${params.v}' } };
    const stage = { ...plain, outputs: { out: { file: 'o/', publish: 'out', commit: true } } };
    const project = await Project.create({ 'pipeline.json': pipelineOf({ write: stage }, { v: 1 }) });
    await project.pipeline(['run']);
    await project.write('out/.DS_Store', 'icons');
    await project.write('pipeline.lock/write/o/.DS_Store', 'icons');
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
    await project.shell('rm -rf cache');
    expect((await project.pipeline(['status', '--check'])).code).toBe(0);
    await project.write('pipeline.json', pipelineOf({ write: stage }, { v: 2 }));
    expect((await project.pipeline(['run'])).code).toBe(0);
    expect(await project.read('out/a')).toBe('2\n');
    await project.write('out/.a.swp', 'unsaved');
    const { out } = await project.pipeline(['status', '--check']);
    expect(out).toContain('out was edited');
  });
});
