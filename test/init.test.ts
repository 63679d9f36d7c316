import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Project } from './rig.test-support.ts';

const REPORT = '| site | count | mean |\n| --- | ---: | ---: |\n| north | 3 | 4.17 |\n| south | 4 | 6.30 |\n';

const hasPython = (() => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

for (const template of ['shell', 'python', 'typescript']) {
  test.skipIf(template === 'python' && !hasPython)(
    `the ${template} template runs at once, then has nothing to do, and tells why after an edit`,
    async () => {
      const project = await Project.create({});
      await mkdir(project.path('node_modules'));
      await symlink(path.resolve(import.meta.dirname, '..'), project.path('node_modules/pretext-study'));
      const made = await project.pipeline(['init', 'first', '--template', template]);
      expect(made).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining('Next: cd first && pipeline run') as string,
      });
      const inside = { folder: 'first', env: { PATH: process.env.PATH! } };
      const first = await project.pipeline(['run'], inside);
      expect(first.err).not.toContain('error:');
      expect(first.code).toBe(0);
      expect(await project.read('first/report.md')).toBe(REPORT);
      expect((await project.pipeline(['status', '--check'], inside)).code).toBe(0);
      await project.write(
        'first/pipeline.json',
        (await project.read('first/pipeline.json')).replace('"highest": 10', '"highest": 6'),
      );
      expect((await project.pipeline(['why', 'clean'], inside)).out).toContain('params.highest 10 -> 6');
    },
  );
}

test('init writes nothing where a file is in the way, and names every one', async () => {
  const project = await Project.create({ 'pipeline.json': '{}', 'README.md': 'mine' });
  const { code, err } = await project.pipeline(['init']);
  expect(code).toBe(2);
  expect(err).toContain('README.md exists already');
  expect(err).toContain('pipeline.json exists already');
  expect(await project.read('README.md')).toBe('mine');
  expect(project.exists('stages')).toBe(false);
});

test('init adds to a .gitignore only what it lacks', async () => {
  const project = await Project.create({ '.gitignore': 'node_modules' });
  await project.pipeline(['init']);
  expect(await project.read('.gitignore')).toBe('node_modules\n/cache/\n');
});

test('the schema is named where the package is installed', async () => {
  const project = await Project.create({ 'node_modules/pretext-study/schema/pipeline.schema.json': '{}' });
  await project.pipeline(['init', 'a/b']);
  expect(await project.read('a/b/pipeline.json')).toContain(
    '"$schema": "../../node_modules/pretext-study/schema/pipeline.schema.json"',
  );
});
