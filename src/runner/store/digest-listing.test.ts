import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pLimit from 'p-limit';
import { expect, onTestFinished, test } from 'vitest';
import { digestListing, isSameListing, type FolderFact } from './digest-listing.ts';
import { listFolder } from './listing.ts';

function folderOf(content: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'digest-listing-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(path.join(folder, 'a'), content);
  return folder;
}

/** @param time of the clock of the folder, in nanoseconds */
function digested(folder: string, time: bigint, old?: FolderFact): Promise<FolderFact> {
  const listing = listFolder(folder);
  return digestListing(listing, (i) => path.join(folder, listing.names[i]!), { old, time, limit: pLimit(2) });
}

const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n;

test('a file that was written within the tick of the clock is read again; one that had settled is not', async () => {
  const folder = folderOf('one');
  const [now, later] = [nanoseconds(Date.now()), nanoseconds(Date.now() + 60_000)];
  expect(isSameListing(await digested(folder, now), listFolder(folder))).toBe(false);
  expect(isSameListing(await digested(folder, later), listFolder(folder))).toBe(true);
});

test('the digest of a file in doubt is not taken over, though its facts are as before', async () => {
  const folder = folderOf('one');
  const old = await digested(folder, nanoseconds(Date.now()));
  const trusted = await digested(folder, nanoseconds(Date.now() + 60_000));
  const wrong = (fact: FolderFact): FolderFact => ({ ...fact, digests: fact.digests.map((byte) => byte ^ 1) });
  const later = nanoseconds(Date.now() + 120_000);
  expect((await digested(folder, later, wrong(old))).digest).toBe(old.digest);
  // The control: a file that had settled is not read again.
  expect((await digested(folder, later, wrong(trusted))).digest).not.toBe(old.digest);
  utimesSync(path.join(folder, 'a'), 1, 1);
  expect((await digested(folder, later, wrong(trusted))).digest).toBe(old.digest);
});
