import { lstat, readdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const published = {
  'pipeline.json': pipelineOf({
    report: shell(
      'echo result > ${outputs.out}',
      {},
      { outputs: { out: { file: 'out.txt', publish: 'reports/out.txt' } } },
    ),
  }),
};

test('a published file is named at the end of the run', async () => {
  const project = await Project.create(published);
  expect((await project.pipeline(['run'])).out).toContain('Published: reports/out.txt\n');
  expect(await project.read('reports/out.txt')).toBe('result\n');
});

test('a published file that was deleted is restored without executing anything', async () => {
  const project = await Project.create(published);
  await project.run();
  await project.remove('reports/out.txt');
  expect((await project.pipeline(['why', 'report'])).out).toContain('reports/out.txt is missing');
  const run = await project.run();
  expect(run.ids('restored')).toEqual(['report']);
  expect(run.executed).toEqual([]);
  expect(await project.read('reports/out.txt')).toBe('result\n');
});

test('a published file that somebody edited is not overwritten in silence', async () => {
  const project = await Project.create(published);
  await project.run();
  await project.write('reports/out.txt', 'my notes\n');
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('reports/out.txt');
  expect(await project.read('reports/out.txt')).toBe('my notes\n');
});

test('a file that was there before the pipeline is not overwritten', async () => {
  const project = await Project.create({ ...published, 'reports/out.txt': 'mine\n' });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('reports/out.txt holds a file that this pipeline did not write');
  expect(await project.read('reports/out.txt')).toBe('mine\n');
});

test('a file in the way is named before the work, stays, and does not keep readers of the result from running', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      a: shell('echo 1 > ${outputs.out}', {}, { outputs: { out: { file: 'a.txt', publish: 'out/a.txt' } } }),
      b: shell('cat ${inputs.i} > ${outputs.out}', { i: { stage: 'a', output: 'out' } }),
    }),
    'out/a.txt': 'mine\n',
  });
  const notice = 'out/a.txt is no result of this pipeline, so a will not replace it; move it away and run again';
  for (const words of [['run', '-n'], ['status']]) {
    const { code, err } = await project.pipeline(words);
    expect({ code, err }).toEqual({ code: 0, err: `${notice}\n` });
  }
  const run = await project.run();
  expect({ code: run.code, executed: run.executed }).toEqual({ code: 1, executed: ['a', 'b'] });
  const types = run.events.map(({ type }) => type);
  expect(run.of('notice')).toMatchObject([{ message: notice }]);
  expect(types.indexOf('notice')).toBeLessThan(types.indexOf('started'));
  expect(run.of('unpublished')).toMatchObject([{ id: 'a', path: 'out/a.txt' }]);
  expect(await project.read('out/a.txt')).toBe('mine\n');

  const again = await project.pipeline(['run', '--progress', 'quiet']);
  expect(again.code).toBe(1);
  expect(again.out).toContain('Not published: out/a.txt holds a file that this pipeline did not write.');
  await project.remove('out/a.txt');
  expect((await project.run()).ids('restored')).toEqual(['a']);
  expect(await project.read('out/a.txt')).toBe('1\n');
});

test('other outputs of the stage are published, and a file in the way that holds the very result is none', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      a: {
        command: 'echo 1 > ${outputs.x}; echo 2 > ${outputs.y}; echo 3 > ${outputs.z}',
        outputs: {
          x: { file: 'x', publish: 'out/x' },
          y: { file: 'y', publish: 'out/y' },
          z: { file: 'z', publish: 'out/z' },
        },
      },
    }),
    'out/x': 'mine\n',
    'out/z': '3\n',
  });
  const run = await project.run();
  expect(run.code).toBe(1);
  expect(run.of('unpublished').map(({ path }) => path)).toEqual(['out/x']);
  expect(await project.read('out/y')).toBe('2\n');
});

/** The kinds that one published place may have, one after the other. */
const kinds = {
  file: shell('echo f > ${outputs.out}', {}, { outputs: { out: { file: 'o.txt', publish: 'out/o' } } }),
  folder: shell('echo m > ${outputs.out}/m', {}, { outputs: { out: { file: 'o/', publish: 'out/o' } } }),
};

test.each([
  ['file', 'folder'],
  ['folder', 'file'],
] as const)('a published place changes its kind with the pipeline, from %s to %s', async (from, to) => {
  const project = await Project.create({ 'pipeline.json': pipelineOf({ a: kinds[from] }) });
  await project.run();
  await project.write('pipeline.json', pipelineOf({ a: kinds[to] }));
  expect((await project.run()).code).toBe(0);
  expect(await project.read(to === 'file' ? 'out/o' : 'out/o/m')).toBe(to === 'file' ? 'f\n' : 'm\n');
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
});

test('a folder of the user stays where a file belongs, and a file where a folder belongs', async () => {
  for (const [kind, mine] of [
    ['file', 'out/o/mine'],
    ['folder', 'out/o'],
  ] as const) {
    const project = await Project.create({ 'pipeline.json': pipelineOf({ a: kinds[kind] }), [mine]: 'mine\n' });
    const run = await project.run();
    expect({ code: run.code, executed: run.executed }).toEqual({ code: 1, executed: ['a'] });
    expect(await project.read(mine)).toBe('mine\n');
  }
});

test('a published file with an earlier result is no edited one, whoever put it there', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf(
      {
        a: shell(
          'echo ${params.v} > ${outputs.out}',
          {},
          {
            params: { v: '${params.v}' },
            outputs: { out: { file: 'a.txt', publish: 'out/a.txt' } },
          },
        ),
      },
      { v: 1 },
    ),
  });
  await project.run();
  await project.run('--set', 'v=2');
  const why = async () => (await project.pipeline(['status'])).out;
  expect(await why()).toContain('out/a.txt holds an earlier result');
  expect(await why()).not.toContain('edited');
  await project.run();
  await project.write('out/a.txt', '2\n');
  await project.remove('cache/state');
  expect(await why()).toContain('out/a.txt holds an earlier result');
  await project.write('out/a.txt', '3\n');
  expect(await why()).toContain('out/a.txt was edited');
});

test('names of 255 bytes can be published', async () => {
  const names = [`${'n'.repeat(251)}.txt`, `${'名'.repeat(83)}.x.txt`];
  for (const name of names) {
    expect(Buffer.byteLength(name)).toBe(255);
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        a: shell('echo 1 > ${outputs.out}', {}, { outputs: { out: { file: 'a.txt', publish: `out/${name}` } } }),
        b: shell('echo 1 > ${outputs.out}/f', {}, { outputs: { out: { file: 'b/', publish: `out-b/${name}` } } }),
      }),
    });
    expect((await project.run()).code).toBe(0);
    expect(await project.read(`out/${name}`)).toBe('1\n');
    expect(await project.read(`out-b/${name}/f`)).toBe('1\n');
  }
});

test('nothing but results appears in the folders of the project while they are written', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      a: shell(
        'head -c 30000000 /dev/zero > ${outputs.out}',
        {},
        {
          outputs: { out: { file: 'a.bin', publish: 'out/a.bin', commit: true } },
        },
      ),
    }),
  });
  const seen = new Set<string>();
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      for (const name of await readdir(project.root, { recursive: true }).catch(() => []))
        if (!name.startsWith('cache')) seen.add(name);
    }
  })();
  expect((await project.run()).code).toBe(0);
  ended.abort();
  await watching;
  expect([...seen].filter((name) => name.includes('tmp'))).toEqual([]);
  expect([...seen]).toContain('out/a.bin');
});

test('a lockfile that is a link stays one, and its target is written', async () => {
  const project = await Project.create({ ...published, 'elsewhere/readme': '' });
  await symlink('elsewhere/lock.json', project.path('pipeline.lock.json'));
  expect((await project.run()).code).toBe(0);
  expect((await lstat(project.path('pipeline.lock.json'))).isSymbolicLink()).toBe(true);
  expect(await project.read('elsewhere/lock.json')).toContain('"report"');
  expect(await readdir(project.path('elsewhere'))).toEqual(['lock.json', 'readme']);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
});
