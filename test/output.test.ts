import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const ESCAPE = '\u001B[';
const two = pipelineOf({
  split: shell('echo 1 > ${outputs.out}'),
  train: shell('cat ${inputs.x} > ${outputs.out}', { x: { stage: 'split', output: 'out' } }),
});

test('a pipe gets no colour, even in CI; FORCE_COLOR and --color give it; NO_COLOR wins over FORCE_COLOR', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  const coloured = async (words: string[], env: Record<string, string>) =>
    (await project.pipeline(['status', ...words], { env })).out.includes(ESCAPE);
  expect(await coloured([], { CI: 'true' })).toBe(false);
  expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true);
  expect(await coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(await coloured([], { FORCE_COLOR: '1', NO_COLOR: '' })).toBe(true);
  expect((await project.pipeline(['--color', 'status'])).out.includes(ESCAPE)).toBe(true);
});

test('without a terminal there are plain lines on standard error and the result on standard output', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  const { out, err } = await project.pipeline(['run']);
  expect(err).not.toContain('\r');
  const lines = err
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, '').replace(/[\d.]+s$/, '0.1s'));
  expect(lines).toEqual([
    'test: 2 instances, 2 to run',
    'start    split  (never run)',
    'done     split  0.1s',
    'start    train  (never run)',
    'done     train  0.1s',
  ]);
  expect(out.replaceAll(/[\d.]+s/g, '0.1s')).toBe(
    [
      '',
      'stage  status  reason     time',
      'split  done    never run  0.1s',
      'train  done    never run  0.1s',
      '',
      'Done after 0.1s: 2 executed.',
      '',
    ].join('\n'),
  );
});

test('graph draws stages with what they read, in four languages', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  const graph = async (...words: string[]) => (await project.pipeline(['graph', ...words])).out;
  expect(await graph()).toBe('split\ntrain  <- split\n');
  expect(await graph('--format', 'mermaid')).toBe('flowchart LR\n  n0["split"]\n  n1["train"]\n  n0 --> n1\n');
  expect(await graph('--format', 'dot')).toContain('"split" -> "train";');
  expect(JSON.parse(await graph('--format', 'json', '--instances'))).toMatchObject({
    edges: [{ from: 'split', to: 'train' }],
  });
});

test('show tells the record of a result: inputs, outputs, params, code, provenance', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  expect((await project.pipeline(['show', 'train'])).code).toBe(2);
  await project.run();
  const { out } = await project.pipeline(['show', 'train']);
  expect(out).toMatch(/^ {2}fingerprint +[0-9a-f]{64}$/m);
  expect(out).toMatch(/^ {2}x +[0-9a-f]{12} +split out/m);
  expect(out).toMatch(/^ {2}out +[0-9a-f]{12} +out\.txt +2 B$/m);
  expect(out).toContain('cat ${inputs.x} > ${outputs.out}');
  expect(out).not.toContain(project.root);
  expect(JSON.parse((await project.pipeline(['show', 'train', '--json'])).out)).toMatchObject({
    format: 1,
    instance: 'train',
  });
});

test('doctor finds a fit machine fit, and a broken pipeline file broken', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  const fit = await project.pipeline(['doctor']);
  expect(fit.code).toBe(0);
  expect(fit.out).toMatch(/^ok +pipeline +pipeline\.json: 2 stages, 2 instances$/m);
  await project.write('pipeline.json', '{ "name": 3 }');
  const unfit = await project.pipeline(['doctor']);
  expect(unfit.code).toBe(3);
  expect(unfit.out).toMatch(/^fail +pipeline/m);
});

test("doctor says whose command npx pipeline would start: this package's, another package's, or none", async () => {
  const project = await Project.create({ 'pipeline.json': two, 'package.json': {} });
  expect((await project.pipeline(['doctor'])).out).toMatch(
    /^warn +command +pretext-study is not installed here.*\n +npm install pretext-study/m,
  );
  await project.write('node_modules/other/package.json', { name: 'other' });
  await project.write('node_modules/other/cli.js', '');
  await mkdir(project.path('node_modules/.bin'));
  await symlink('../other/cli.js', project.path('node_modules/.bin/pipeline'));
  const foreign = await project.pipeline(['doctor']);
  expect(foreign.code).toBe(3);
  expect(foreign.out).toMatch(
    /^fail +command +.* is the command of other, not of pretext-study\n +Type npx pretext-study/m,
  );
  await rm(project.path('node_modules/.bin/pipeline'));
  await symlink(path.resolve(import.meta.dirname, '../dist/cli/main.js'), project.path('node_modules/.bin/pipeline'));
  expect((await project.pipeline(['doctor'])).out).toMatch(/^ok +command +pipeline is the command of pretext-study$/m);
  // npm on Windows writes scripts in place of links.
  await rm(project.path('node_modules/.bin/pipeline'));
  for (const [owner, verdict] of [
    ['other', 'fail'],
    ['pretext-study', 'ok'],
  ] as const) {
    await project.write(
      'node_modules/.bin/pipeline',
      `#!/bin/sh\nexec node "$basedir/../${owner}/dist/cli/main.js" "$@"\n`,
    );
    expect((await project.pipeline(['doctor'])).out).toMatch(new RegExp(`^${verdict} +command `, 'm'));
  }
});

test('a reader that goes away ends the output quietly', async () => {
  const project = await Project.create({ 'pipeline.json': two });
  const { execa } = await import('execa');
  const command = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const { stdout, stderr } = await execa('sh', ['-c', `node '${command}' graph | head -1`], { cwd: project.root });
  expect({ stdout, stderr }).toEqual({ stdout: 'split', stderr: '' });
});
