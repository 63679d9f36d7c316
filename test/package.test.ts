import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');
const TSCONFIG = {
  compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
  include: ['stages'],
};

let folder: string;
let archive: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'packed-'));
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await execa('npm', words, { cwd: repository });
  archive = path.join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename);
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * A project with the packed package installed. It is unpacked and its dependencies are linked, so no network is needed.
 */
async function installed(): Promise<Project> {
  const project = await Project.create({ 'package.json': { type: 'module' }, 'tsconfig.json': TSCONFIG });
  await mkdir(project.path('node_modules/pretext-study'), { recursive: true });
  await execa('tar', ['-xzf', archive, '--strip-components=1', '-C', 'node_modules/pretext-study'], {
    cwd: project.root,
  });
  const own = path.join(repository, 'node_modules');
  for (const name of await readdir(own))
    if (!name.startsWith('.')) await symlink(path.join(own, name), project.path(`node_modules/${name}`));
  await mkdir(project.path('node_modules/.bin'));
  await symlink('../pretext-study/dist/cli/main.js', project.path('node_modules/.bin/pipeline'));
  return project;
}

test('a study of shipped stages runs in another project, without a source file there, and reruns by its own code', async () => {
  const project = await installed();
  const run = () => project.pipeline(['run'], { env: { PATH: process.env.PATH ?? '' } });
  const phantoms = { images: 12, seed: 1, size: 16 };
  await project.write('pipeline.json', {
    stages: {
      phantoms: {
        module: 'pretext-study/stages/phantoms',
        params: phantoms,
        outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' },
      },
      probe: { module: 'stages/probe.ts', inputs: ['@phantoms/table'], outputs: { text: 'text.txt' } },
    },
  });
  await project.write(
    'stages/probe.ts',
    `import { writeFile } from 'node:fs/promises';
import { defineStage, input, output } from 'pretext-study/stage';
export default defineStage({
  inputs: { table: input },
  outputs: { text: output },
  run: ({ inputs, outputs }) => writeFile(outputs.text, inputs.table),
});
`,
  );
  expect(await run()).toMatchObject({ code: 0 });
  expect((await run()).out).toContain('Nothing to do');
  const [show] = [await project.pipeline(['show', 'phantoms', '--json'])];
  expect(show.out).toMatch(/"bundle": ?"[0-9a-f]{64}"/);
  const drawing = 'node_modules/pretext-study/stages/phantoms.ts';
  await project.write(drawing, `${await project.read(drawing)}\nexport const note = 1;\n`);
  expect((await project.pipeline(['status'])).out).toMatch(/phantoms +run +.*code/);
}, 120_000);

test('the packed package runs stages in TypeScript in another project, and its types hold them to the contract', async () => {
  const project = await installed();
  const inside = { cwd: project.root, reject: false } as const;
  const run = () => execa(project.path('node_modules/.bin/pipeline'), ['run'], inside);
  expect(await execa('npx', ['--no-install', 'pipeline', 'init', '--template', 'typescript'], inside)).toMatchObject({
    exitCode: 0,
  });
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(await project.read('report.md')).toContain('| north | 3 | 4.17 |');

  const compiler = path.join(repository, 'node_modules/typescript/bin/tsc');
  const check = () => execa('node', [compiler, '-p', project.root], { reject: false });
  expect(await check()).toMatchObject({ exitCode: 0, stdout: '' });
  const right = await project.read('stages/clean.ts');
  await project.write('stages/clean.ts', right.replace('readFile(inputs.table', 'readFile(inputs.tables'));
  expect((await check()).stdout).toContain("Property 'tables' does not exist on type");

  await project.write(
    'stages/clean.ts',
    `import { Type } from '@sinclair/typebox';
import { parameters, type Stage } from 'pretext-study/stage';
export default (stage: Stage) => { parameters(Type.Object({ highest: Type.Integer({ minimum: 11 }) }), stage); };
`,
  );
  expect((await run()).stderr).toContain('highest: expected an integer >= 11, got 10');
}, 120_000);
