import { mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');
const TSCONFIG = {
  compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
  include: ['stages'],
};

/**
 * A project with the packed package installed. It is unpacked and its dependencies are linked, so no network is needed.
 */
async function installed(): Promise<Project> {
  const project = await Project.create({ 'package.json': { type: 'module' }, 'tsconfig.json': TSCONFIG });
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project.root], {
    cwd: repository,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await mkdir(project.path('node_modules/pretext-study'), { recursive: true });
  await execa('tar', ['-xzf', filename, '--strip-components=1', '-C', 'node_modules/pretext-study'], {
    cwd: project.root,
  });
  const own = path.join(repository, 'node_modules');
  for (const name of await readdir(own))
    if (!name.startsWith('.')) await symlink(path.join(own, name), project.path(`node_modules/${name}`));
  await mkdir(project.path('node_modules/.bin'));
  await symlink('../pretext-study/dist/cli/main.js', project.path('node_modules/.bin/pipeline'));
  return project;
}

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
