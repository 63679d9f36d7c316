import path from 'node:path';
import { expect, test } from 'vitest';
import { lockFileOf } from './lock-file.ts';
import { inProject } from './project.test-support.ts';
import { projectRoot } from './root.ts';

test('a project begins at the nearest pipeline.json or package.json above a pipeline file', async () => {
  await inProject(
    { 'package.json': '{}', 'pipelines/small.json': '{}', 'inner/pipeline.json': '{}', 'inner/deep/er/x.json': '{}' },
    async (root) => {
      expect(projectRoot(path.join(root, 'pipelines/small.json'))).toBe(root);
      expect(projectRoot(path.join(root, 'inner/deep/er/x.json'))).toBe(path.join(root, 'inner'));
      expect(projectRoot(path.join(root, 'inner/pipeline.json'))).toBe(path.join(root, 'inner'));
      await Promise.resolve();
    },
  );
});

test('without either the project is the folder of the file', async () => {
  await inProject({ 'a/b/study.json': '{}' }, async (root) => {
    expect(projectRoot(path.join(root, 'a/b/study.json'))).toBe(path.join(root, 'a/b'));
    await Promise.resolve();
  });
});

test('the lockfile lies beside its pipeline', () => {
  expect(lockFileOf('/x/pipeline.json')).toBe('/x/pipeline.lock.json');
  expect(lockFileOf('/x/pipelines/small.json')).toBe('/x/pipelines/small.lock.json');
});
