import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BUNDLE_FILE, bundleModule } from './bundle.ts';

function projectWith(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const bundle = async (module = 'stages/stage.ts') => {
    const made = await bundleModule(root, module);
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  };
  return {
    root,
    write,
    bundle,
    fault: async (module = 'stages/stage.ts') =>
      bundleModule(root, module).then((made) => (made.ok ? undefined : made.error)),
  };
}

const STAGE =
  `import { loss } from '../src/loss.ts';\nimport table from '../src/table.json';\nexport default async () => { ` +
  `console.log(loss(2), table.a); };\n`;
const FILES = {
  'stages/stage.ts': STAGE,
  'src/loss.ts': 'export const loss = (x: number) => x * 2;\n',
  'src/table.json': '{ "a": 1 }',
};

test('the bundle holds the whole closure and runs', async () => {
  const { root, bundle } = projectWith(FILES);
  const { code, sources } = await bundle();
  expect(Object.keys(sources)).toEqual(['src/loss.ts', 'src/table.json', 'stages/stage.ts']);
  writeFileSync(path.join(root, BUNDLE_FILE), code);
  expect(
    execFileSync(process.execPath, ['-e', `import('./${BUNDLE_FILE}').then((m) => m.default())`], {
      cwd: root,
      encoding: 'utf8',
    }),
  ).toBe('4 1\n');
});

test('white space, comments and types do not count, neither for the bundle nor for its sources', async () => {
  const { write, bundle } = projectWith(FILES);
  const before = await bundle();
  write('src/loss.ts', '/** Twice. */\nexport   const loss = (\n  x: number, // a number\n): number =>\n\n  x * 2;\n');
  write('src/table.json', '{\n  "a":1\n}\n');
  const after = await bundle();
  expect([after.digest, after.sources]).toEqual([before.digest, before.sources]);
  expect(after.map).not.toBe(before.map);
});

test.each([
  ['a constant in an imported module', 'src/loss.ts', 'export const loss = (x: number) => x * 3;'],
  ['a value of an imported JSON file', 'src/table.json', '{"a":2}'],
  ['the stage itself', 'stages/stage.ts', STAGE.replace('loss(2)', 'loss(3)')],
])('%s counts, and its source is the one that differs', async (_, file, text) => {
  const { write, bundle } = projectWith(FILES);
  const before = await bundle();
  write(file, text);
  const after = await bundle();
  expect(after.digest).not.toBe(before.digest);
  expect(Object.keys(FILES).filter((name) => after.sources[name] !== before.sources[name])).toEqual([file]);
});

test('the same sources give the same bundle in any folder, and no path of this machine is in it', async () => {
  const [a, b] = [projectWith(FILES), projectWith(FILES)];
  const [first, second] = [await a.bundle(), await b.bundle()];
  expect(second).toEqual(first);
  expect(first.code + first.map).not.toContain(os.tmpdir());
});

test('what a stage does not use of a module that it imports does not count', async () => {
  const { write, bundle } = projectWith(FILES);
  const before = await bundle();
  write('src/loss.ts', `${FILES['src/loss.ts']}export const other = 1;\n`);
  expect((await bundle()).digest).toBe(before.digest);
});

test('packages stay outside and count by version and integrity from package-lock.json', async () => {
  const { bundle } = projectWith({
    'package.json': '{"name":"mine"}',
    'package-lock.json': JSON.stringify({
      packages: { 'node_modules/@some/lib': { version: '1.2.3', integrity: 'sha512-abc' } },
    }),
    'node_modules/@some/lib/package.json': '{"name":"@some/lib","version":"1.2.3","main":"index.js"}',
    'node_modules/@some/lib/index.js': 'module.exports = 1;',
    'node_modules/unlocked/package.json': '{"name":"unlocked","version":"4.5.6","main":"index.js"}',
    'node_modules/unlocked/index.js': 'module.exports = 1;',
    'stages/stage.ts':
      `import fs from 'node:fs';\nimport lib from '@some/lib/index.js';\nimport other from 'unlocked';\nexport ` +
      `default () => [fs, lib, other, import('optional/part')];\n`,
  });
  const { packages, code, sources, files } = await bundle();
  expect(packages).toEqual({ '@some/lib': '1.2.3 sha512-abc', unlocked: '4.5.6', optional: 'not installed' });
  expect(code).toContain('"@some/lib/index.js"');
  expect(Object.keys(sources)).toEqual(['stages/stage.ts']);
  expect(Object.keys(files).sort()).toEqual([
    'node_modules/unlocked/package.json',
    'package-lock.json',
    'package.json',
    'stages/stage.ts',
  ]);
});

test('a stage of an installed package counts by its own bundle, and by the packages that it finds from there', async () => {
  const lib = (version: string) => JSON.stringify({ name: 'lib', version, main: 'index.js' });
  const { write, bundle } = projectWith({
    'package.json': '{"name":"mine"}',
    'tsconfig.json': '{"compilerOptions":{"jsx":"react"}}',
    'node_modules/lib/package.json': lib('1.0.0'),
    'node_modules/lib/index.js': 'module.exports = 1;',
    'node_modules/@a/study/package.json':
      '{"name":"@a/study","imports":{"#loss":"./src/loss.ts","#native":"./vendor/native/index.js"}}',
    'node_modules/@a/study/node_modules/lib/package.json': lib('2.0.0'),
    'node_modules/@a/study/node_modules/lib/index.js': 'module.exports = 2;',
    'node_modules/@a/study/vendor/native/package.json': '{"name":"native","version":"3.0.0","type":"commonjs"}',
    'node_modules/@a/study/vendor/native/index.js': 'module.exports = require(`./${process.platform}/addon.node`);',
    'node_modules/@a/study/src/loss.ts': 'export const loss: number = 2;',
    'node_modules/@a/study/stages/train.ts': `import lib from 'lib';\nimport native from '#native';\nimport { loss } from '#loss';\nexport default () => [lib, loss, native];\n`,
  });
  const train = 'node_modules/@a/study/stages/train.ts';
  const before = await bundle(train);
  expect(before.packages).toEqual({ '#native': '3.0.0', lib: '2.0.0' });
  expect(Object.keys(before.sources)).toEqual(['node_modules/@a/study/src/loss.ts', train]);
  expect(Object.keys(before.files)).not.toContain('tsconfig.json');
  write('node_modules/@a/study/src/loss.ts', 'export const loss: number = 3;');
  expect((await bundle(train)).digest).not.toBe(before.digest);
});

test('a project that imports itself by its own name gets its own sources into the bundle', async () => {
  const { bundle } = projectWith({
    'package.json': '{"name":"mine","exports":{"./stage":"./src/stage.ts"},"imports":{"#loss":"./src/loss.ts"}}',
    'src/stage.ts': 'export const mine = 1;',
    'src/loss.ts': 'export const loss = 2;',
    'stages/stage.ts': `import { mine } from 'mine/stage';\nimport { loss } from '#loss';\nexport default () => mine + loss;\n`,
  });
  const { sources, packages } = await bundle();
  expect([Object.keys(sources), packages]).toEqual([['src/loss.ts', 'src/stage.ts', 'stages/stage.ts'], {}]);
});

test.each([
  [
    'a syntax error',
    { 'src/loss.ts': 'export const loss = 1;\nconst x = ;\n' },
    'module-syntax',
    'src/loss.ts:2:11 Unexpected ";"',
    2,
    11,
  ],
  [
    'an import of a file that is not there',
    { 'stages/stage.ts': `import './typo.ts';\n` },
    'module-unresolved',
    'stages/stage.ts:1:8 Could not resolve "./typo.ts"',
    1,
    8,
  ],
  [
    'an import of a package that is not installed',
    { 'stages/stage.ts': `\nimport x from 'no-such-package';\nexport default x;\n` },
    'module-unresolved',
    'stages/stage.ts:2:15 Could not resolve "no-such-package"',
    2,
    15,
  ],
])('%s is a diagnostic with file, line and column', async (_, changes, code, message, line, column) => {
  const { root, fault } = projectWith({ ...FILES, ...changes });
  expect(await fault()).toMatchObject({
    code,
    message,
    location: { file: path.join(root, message.split(':')[0]!), line, column },
  });
});

test('a module that does not exist, and a package-lock.json in conflict, are named with a remedy', async () => {
  const { write, fault } = projectWith(FILES);
  expect(await fault('stages/none.ts')).toMatchObject({
    code: 'module-missing',
    message: 'The module stages/none.ts does not exist.',
  });
  write('package-lock.json', '<<<<<<< HEAD\n{}');
  expect((await fault())?.message).toContain('package-lock.json is not JSON');
});

test('a stack trace shows the line of the TypeScript source', async () => {
  const { root, write, bundle } = projectWith({
    ...FILES,
    'src/loss.ts': '// one\n// two\nexport function loss(x: number): number {\n  throw new Error(`no ${x}`);\n}\n',
  });
  const { code, map } = await bundle();
  write(BUNDLE_FILE, code);
  write(`${BUNDLE_FILE}.map`, map);
  const { stderr } = spawnSync(
    process.execPath,
    ['--enable-source-maps', '-e', `import('./${BUNDLE_FILE}').then((m) => m.default())`],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stderr).toMatch(/src\/loss\.ts:4:9/);
});

test('stages behind a link find the packages that their own project carries', async () => {
  const other = projectWith({
    'package.json': '{"name":"other","imports":{"#native":"./vendor/native/index.js"}}',
    'vendor/native/package.json': '{"name":"native","version":"3.0.0","type":"commonjs"}',
    'vendor/native/index.js': 'module.exports = require(`./${process.platform}/addon.node`);',
    'vendor/native/linux/addon.node': 'no text',
    'src/loss.ts': 'export const loss: number = 2;',
    'stages/train.ts': `import native from '#native';\nimport { loss } from '../src/loss.ts';\nexport default () => [loss, native];\n`,
  });
  const { root, bundle } = projectWith({ 'notes.txt': '' });
  symlinkSync(path.join(other.root, 'stages'), path.join(root, 'stages'));
  symlinkSync(path.join(other.root, 'src'), path.join(root, 'src'));
  expect((await bundle('stages/train.ts')).packages).toEqual({ '#native': '3.0.0' });
});
