import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDigestCache } from '../store/digest-cache.ts';
import { LocalStore } from '../store/local-store.ts';
import { BUNDLE_FILE, bundleModule } from './bundle.ts';
import { openBundleCache } from './bundle-cache.ts';

function place(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'code-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const stateFolder = path.join(root, 'cache', 'state');
  mkdirSync(stateFolder, { recursive: true });

  /** One command: the code of the stage, and how often a bundler had to be started for it. */
  const command = async () => {
    let bundled = 0;
    const contents = openDigestCache(root, stateFolder);
    const store = new LocalStore(path.join(root, 'cache'), contents, { quarantines: true });
    const code = openBundleCache({
      root,
      stateFolder,
      contents,
      store,
      keeps: true,
      bundle: (...given) => ((bundled += 1), bundleModule(...given)),
    });
    const [result] = await Promise.all([code.of('stage.ts'), code.of('stage.ts')]);
    await code.save();
    await contents.save();
    if (!result.ok) throw new Error(result.error.message);
    return { bundled, code, store, ...result.value };
  };
  return { root, write, command };
}

const FILES = {
  'stage.ts': `import { a } from './lib';\nexport default () => a;\n`,
  'lib/index.ts': 'export const a = 1;\n',
  'package.json': '{}',
};

test('a module is bundled once per command, and not again while nothing changes', async () => {
  const { root, command } = place(FILES);
  const first = await command();
  const second = await command();
  expect([first.bundled, second.bundled, second.bundle]).toEqual([1, 0, first.bundle]);
  utimesSync(path.join(root, 'stage.ts'), 5, 5);
  expect((await command()).bundled).toBe(0);
});

test.each([
  ['a source', 'lib/index.ts', 'export const a = 2;\n'],
  ['package.json', 'package.json', '{"type":"module"}'],
  ['a new file that an import may now mean', 'lib.ts', 'export const a = 3;\n'],
])('%s makes it bundle again', async (_, file, text) => {
  const { write, command } = place(FILES);
  await command();
  write(file, text);
  expect((await command()).bundled).toBe(1);
});

test('a bundle that is missing from the store is made again', async () => {
  const { command } = place(FILES);
  const first = await command();
  rmSync(first.store.pathOf(first.bundle));
  const second = await command();
  expect([second.bundled, second.bundle, second.store.look(first.bundle)]).toEqual([1, first.bundle, 'intact']);
});

test('what is placed beside a stage is the very blob that was hashed, with a map that leads to the sources', async () => {
  const { root, command } = place(FILES);
  const { code, store, bundle } = await command();
  const folder = path.join(root, 'work');
  mkdirSync(folder);
  await code.writeTo(bundle, folder);
  expect(readFileSync(path.join(folder, BUNDLE_FILE))).toEqual(readFileSync(store.pathOf(bundle)));
  const map = JSON.parse(readFileSync(path.join(folder, `${BUNDLE_FILE}.map`), 'utf8')) as {
    sourceRoot: string;
    sources: string[];
  };
  expect(map.sources.every((source) => statSync(path.resolve(map.sourceRoot, source)).isFile())).toBe(true);
});
