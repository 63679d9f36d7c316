import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import { openDigestCache } from './digest-cache.ts';
import { readState, writeState } from './state-file.ts';

function place() {
  const root = mkdtempSync(path.join(os.tmpdir(), 'contents-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const state = path.join(root, 'state');
  mkdirSync(state);
  const at = (name: string) => path.join(root, name);
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  /** As a command of its own would see it. */
  const command = async (name: string) => {
    const contents = openDigestCache(root, state);
    const content = await contents.of(at(name));
    await contents.save();
    return content;
  };
  return { root, state, at, write, command };
}

/** Long enough for a file to be older than the clock's granularity. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

test('a file has the SHA-256 of its bytes, and an absent one has no content', async () => {
  const { write, command } = place();
  write('a', 'hello');
  expect(await command('a')).toMatchObject({ kind: 'file', digest: digestOf('hello'), bytes: 5 });
  expect(await command('b')).toBeUndefined();
});

test('an unchanged file is not read again: what is remembered of it is believed', async () => {
  const { state, write, command } = place();
  write('a', 'hello');
  await settle();
  await command('a');
  const file = path.join(state, 'files');
  const [[name, fact]] = readState(file, 'contents 1') as [[string, { stat: string }]];
  await writeState(file, 'contents 1', [[name, { ...fact, digest: 'planted' }]]);
  expect((await command('a'))?.digest).toBe('planted');
});

test('an edit of the same size whose mtime was set back is found, for a file and inside a folder', async () => {
  const { at, write, command } = place();
  write('d/a', 'one');
  utimesSync(at('d/a'), 1_000_000, 1_000_000);
  await settle();
  const [file, folder] = [await command('d/a'), await command('d')];
  write('d/a', 'two');
  utimesSync(at('d/a'), 1_000_000, 1_000_000);
  expect((await command('d/a'))?.digest).toBe(digestOf('two'));
  expect((await command('d/a'))?.digest).not.toBe(file?.digest);
  expect((await command('d'))?.digest).not.toBe(folder?.digest);
});

test('a file that changed within the granularity of the clock is not remembered', async () => {
  const { state, write, command } = place();
  write('d/a', 'hello');
  await command('d/a');
  await command('d');
  expect(readState(path.join(state, 'files'), 'contents 1')).toBeUndefined();
  // Any number of edits in the same tick: each is found.
  for (const text of ['a1', 'b2', 'c3', 'd4']) {
    write('d/a', text);
    expect((await command('d/a'))?.digest).toBe(digestOf(text));
    expect((await command('d'))?.bytes).toBe(2);
  }
});

test('state that was truncated, flipped or written by somebody else costs time and nothing else', async () => {
  const { state, write, command } = place();
  write('d/a', 'hello');
  await settle();
  const before = [await command('d/a'), await command('d')];
  for (const garbage of ['', 'x', 'x'.repeat(500)]) {
    writeFileSync(path.join(state, 'files'), garbage);
    expect([(await command('d/a'))?.digest, (await command('d'))?.digest]).toEqual(
      before.map((content) => content?.digest),
    );
  }
});

const trees = fc
  .dictionary(fc.stringMatching(/^[a-zA-Zä.-]{1,3}(\/[a-z!]{1,2}){0,2}$/), fc.string({ maxLength: 3 }), { maxKeys: 6 })
  .filter((files) =>
    Object.keys(files).every(
      (a) =>
        !a.split('/').some((part) => part === '.' || part === '..') &&
        !Object.keys(files).some((b) => b.startsWith(`${a}/`) || (a !== b && a.toLowerCase() === b.toLowerCase())),
    ),
  );

test('a folder has the same digest in whatever order its files were made, and another one for any other files', async () => {
  const { write, command, at } = place();
  let n = 0;
  const digest = async (files: readonly [string, string][]) => {
    const folder = `t${n++}`;
    mkdirSync(at(folder));
    for (const [name, text] of files) write(`${folder}/${name}`, text);
    return (await command(folder))?.digest;
  };
  await fc.assert(
    fc.asyncProperty(trees, trees, async (a, b) => {
      const first = await digest(Object.entries(a));
      expect(await digest(Object.entries(a).reverse())).toBe(first);
      const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
      expect((await digest(Object.entries(b))) === first).toBe(same);
    }),
    { numRuns: 40 },
  );
});

test('names, executable bits, empty folders and contents count for a folder; times do not', async () => {
  const { at, write, command } = place();
  write('d/a', 'x');
  write('d/b/c', 'y');
  const digests = new Set<string>();
  const next = async () => digests.add((await command('d'))!.digest).size;
  expect(await next()).toBe(1);
  utimesSync(at('d/a'), 5, 5);
  expect(await next()).toBe(1);
  chmodSync(at('d/a'), 0o755);
  expect(await next()).toBe(2);
  mkdirSync(at('d/empty'));
  expect(await next()).toBe(3);
  renameSync(at('d/b/c'), at('d/b/e'));
  expect(await next()).toBe(4);
  writeFileSync(at('d/b/e'), 'z');
  expect(await next()).toBe(5);
});

test("a folder's digest is pinned", async () => {
  const { at, write, command } = place();
  write('d/z', 'x');
  write('d/a/b', 'y');
  mkdirSync(at('d/e'));
  chmodSync(at('d/z'), 0o755);
  expect((await command('d'))?.digest).toBe('b9ecf509ee2a68069c7e17672190e4d6b22157f1632318214d3ddc7bbe0b3fb4');
});

test('a link counts as what it points to; its own times and place do not', async () => {
  const { at, write, command } = place();
  write('real/a', 'x');
  write('plain/a', 'x');
  mkdirSync(at('linked'));
  symlinkSync(at('real/a'), at('linked/a'));
  lutimesSync(at('linked/a'), 5, 5);
  symlinkSync(at('real'), at('whole'));
  const digests = await Promise.all(['plain', 'linked', 'whole'].map(async (name) => (await command(name))?.digest));
  expect(new Set(digests).size).toBe(1);
});

test('what is behind a link is watched, not the link', async () => {
  const { at, write, command } = place();
  write('real/a', 'x');
  symlinkSync(at('real/a'), at('link'));
  await settle();
  await command('link');
  write('real/a', 'y');
  expect((await command('link'))?.digest).toBe(digestOf('y'));
});

test.each([
  [
    'a link that points to nothing',
    (file: string) => {
      symlinkSync('nowhere', file);
    },
    'This link is broken.',
  ],
  [
    'a link to itself',
    (file: string) => {
      symlinkSync(path.basename(file), file);
    },
    'This link points to itself through others.',
  ],
  [
    'a link to the folder that holds it',
    (file: string) => {
      symlinkSync('..', file);
    },
    'This link points to a folder that contains it.',
  ],
  [
    'a pipe',
    (file: string) => {
      execFileSync('mkfifo', [file]);
    },
    'It is a device, pipe or socket',
  ],
])('%s is refused by name', async (_, make, message) => {
  const { at, write, command } = place();
  write('d/e/a', 'x');
  make(at('d/e/odd'));
  await expect(command('d')).rejects.toThrow(message);
  await expect(command('d')).rejects.toThrow(at('d/e/odd'));
});

test('within one command a file is looked at once, until it is forgotten', async () => {
  const { root, state, at, write } = place();
  write('a', 'one');
  write('d/x', 'one');
  const contents = openDigestCache(root, state);
  const digests = async () => [(await contents.of(at('a')))?.digest, (await contents.ofGlob(root, 'd/*'))?.digest];
  const before = await digests();
  write('a', 'two');
  write('d/x', 'two');
  expect(await digests()).toEqual(before);
  contents.forget(at('a'));
  contents.forgetGlob('d/*');
  const after = await digests();
  expect([after[0], after[1] === before[1]]).toEqual([digestOf('two'), false]);
  rmSync(at('a'));
  contents.forget(at('a'));
  expect(await contents.of(at('a'))).toBeUndefined();
});

test('the mtime of a large file may change without changing its digest', async () => {
  const { at, write, command } = place();
  write('large', 'x'.repeat(3_000_000));
  const before = await command('large');
  utimesSync(at('large'), 5, 5);
  expect((await command('large'))!.digest).toBe(before!.digest);
  expect(statSync(at('large')).mtimeMs).toBe(5000);
});
