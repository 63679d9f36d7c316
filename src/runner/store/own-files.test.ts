import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listFolder } from './listing.ts';
import { ownFilesOf } from './own-files.ts';

async function project(): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'own-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const folder of ['p/cache/objects', 'p/pipeline.lock', 'p/src/cache', 'p/x'])
    await mkdir(path.join(root, folder), { recursive: true });
  for (const file of [
    'cache/objects/a',
    'pipeline.lock.json',
    '.pipeline.lock.json.0123456789ab.tmp',
    '.other.json.0123456789ab.tmp',
    'pipeline.lock/o',
    'pipeline.json',
    'src/cache/mine',
    'src/pipeline.lock.json',
    'x/a',
  ])
    await writeFile(path.join(root, 'p', file), '');
  await symlink('p', path.join(root, 'link'));
  await symlink('../cache', path.join(root, 'p/x/store'));
  await symlink('../pipeline.lock.json', path.join(root, 'p/x/lock'));
  return root;
}

test.each(['p', 'link'])(
  'the store and the lockfile are left out of a folder, in whatever spelling: %s',
  async (spelling) => {
    const root = await project();
    const own = ['cache', 'pipeline.lock.json', 'pipeline.lock'].map((name) => path.join(root, spelling, name));
    for (const folder of ['p', 'link']) {
      const { names } = listFolder(path.join(root, folder), undefined, undefined, { own: ownFilesOf(own) });
      expect([...names].sort()).toEqual([
        '.other.json.0123456789ab.tmp',
        'pipeline.json',
        'src/cache/mine',
        'src/pipeline.lock.json',
        'x/a',
      ]);
    }
  },
);
