import {
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sweepDrafts, sweepTemporaries, temporaryBeside, writeFileAtomic } from './atomic-file.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'atomic-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('a file is replaced as a whole, with the mode asked for, and nothing is left beside it', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.json');
  await writeFileAtomic(file, 'old and long');
  await writeFileAtomic(file, 'new', { mode: 0o444 });
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o444);
  expect(readdirSync(folder)).toEqual(['a.json']);
});

test('where it cannot be put in place, what was there stays and no temporary file remains', async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'taken', 'inside'), { recursive: true });
  await expect(writeFileAtomic(path.join(folder, 'taken'), 'x')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
  expect(readdirSync(path.join(folder, 'taken'))).toEqual(['inside']);
});

test('an error names the file that was to be, not its temporary name', async () => {
  const file = path.join(temporaryFolder(), 'missing', 'a.json');
  await expect(writeFileAtomic(file, 'x')).rejects.toSatisfy((error: NodeJS.ErrnoException) => error.path === file);
});

test('what a writer left an hour ago is swept; what may still be written, and what somebody else made, stays', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'a.json');
  const [abandoned, recent, other] = [
    temporaryBeside(file),
    temporaryBeside(file),
    temporaryBeside(path.join(folder, 'b.json')),
  ];
  const similar = path.join(folder, '.a.json.tmp');
  for (const each of [file, abandoned, recent, other, similar]) writeFileSync(each, '');
  const past = new Date(Date.now() - 3_700_000);
  for (const each of [file, abandoned, other, similar]) utimesSync(each, past, past);
  sweepTemporaries(file);
  expect(readdirSync(folder).sort()).toEqual([file, recent, other, similar].map((each) => path.basename(each)).sort());
});

test('a draft may lie in a folder of its own: a file name of 255 bytes is no problem, and errors name the file', async () => {
  const folder = temporaryFolder();
  const drafts = path.join(folder, 'drafts');
  const file = path.join(folder, 'ä'.repeat(127) + 'x');
  await writeFileAtomic(file, 'apart', { drafts });
  expect(readFileSync(file, 'utf8')).toBe('apart');
  await writeFileAtomic(file, 'beside');
  expect(readFileSync(file, 'utf8')).toBe('beside');
  expect(readdirSync(drafts)).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(2);
  mkdirSync(path.join(folder, 'taken', 'inside'), { recursive: true });
  await expect(writeFileAtomic(path.join(folder, 'taken'), 'x', { drafts })).rejects.toMatchObject({
    path: path.join(folder, 'taken'),
  });
  expect(readdirSync(drafts)).toEqual([]);
});

test('drafts that nobody wrote to for an hour are swept, also those of long names beside their files', () => {
  const folder = temporaryFolder();
  const long = path.join(folder, 'x'.repeat(255));
  const drafts = path.join(folder, 'drafts');
  mkdirSync(drafts);
  const [old, young, beside] = [path.join(drafts, 'a.tmp'), path.join(drafts, 'b.tmp'), temporaryBeside(long)];
  for (const each of [old, young, beside]) writeFileSync(each, '');
  const past = new Date(Date.now() - 3_700_000);
  for (const each of [old, beside]) utimesSync(each, past, past);
  sweepDrafts(drafts);
  sweepTemporaries(long);
  expect(readdirSync(drafts)).toEqual(['b.tmp']);
  expect(readdirSync(folder)).toEqual(['drafts']);
});
