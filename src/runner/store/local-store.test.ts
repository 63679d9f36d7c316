import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Fingerprint } from '../../formats/identity.ts';
import { openDigestCache } from './digest-cache.ts';
import { LocalStore } from './local-store.ts';
import { recordFile, recordKeyOf } from './record-file.ts';
import { storeContract, type StoreUnderTest } from './store.contract.ts';

function localStore(): StoreUnderTest & { folder: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  mkdirSync(path.join(folder, 'state'));
  const open = () => new LocalStore(folder, openDigestCache(folder, path.join(folder, 'state')), { quarantines: true });
  const store = open();
  const spoil = (file: string, change: (bytes: Buffer) => Buffer | undefined) => {
    const bytes = change(readFileSync(file));
    chmodSync(file, 0o644);
    if (bytes) writeFileSync(file, bytes);
    else rmSync(file);
  };
  return {
    folder,
    store,
    reopened: () => open(),
    spoilBlob: (digest, change) => {
      spoil(store.pathOf(digest), change);
    },
    spoilRecord: (key, change) => {
      spoil(recordFile(folder, key), change);
    },
  };
}

storeContract(localStore);

test('blobs are read-only plain files under objects/, two digits to a folder', async () => {
  const { store, folder } = localStore();
  const digest = await store.put('text');
  const file = path.join(folder, 'objects', digest.slice(0, 2), digest.slice(2));
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect(statSync(file).mode & 0o222).toBe(0);
});

test('a damaged blob is kept in quarantine, not deleted', async () => {
  const { store, folder, spoilBlob } = localStore();
  const digest = await store.put('text');
  spoilBlob(digest, () => Buffer.from('tExt'));
  await store.verify(digest);
  expect(
    readFileSync(path.join(folder, 'quarantine', `objects-${digest.slice(0, 2)}-${digest.slice(2)}`), 'utf8'),
  ).toBe('tExt');
});

test('a folder in place of a blob is damage: it goes to quarantine, whatever lies there, and gives way to the sound blob', async () => {
  const { store, folder } = localStore();
  const digest = await store.put('text');
  for (const inside of ['first', 'second']) {
    rmSync(store.pathOf(digest), { force: true });
    mkdirSync(path.join(store.pathOf(digest), inside), { recursive: true });
    expect(store.look(digest, 4)).toBe('damaged');
    expect(store.text(digest)).toBeUndefined();
    expect(await store.check(digest)).toBe('damaged');
    expect(await store.verify(digest)).toBe('damaged');
    expect(readdirSync(path.join(folder, 'quarantine', `objects-${digest.slice(0, 2)}-${digest.slice(2)}`))).toEqual([
      inside,
    ]);
  }
  await store.put('text');
  expect(await store.verify(digest)).toBe('intact');
  expect(readdirSync(path.join(folder, 'quarantine'))).toEqual([]);
});

test('a folder in place of a record goes to quarantine and counts as no record', async () => {
  const { store, folder } = localStore();
  const key = recordKeyOf({ fingerprint: 'f'.repeat(64) as Fingerprint, outputs: {} });
  mkdirSync(recordFile(folder, key), { recursive: true });
  expect(await store.record(key)).toBeUndefined();
  expect(readdirSync(path.join(folder, 'quarantine'))).toEqual([`runs-${key.fingerprint}-${key.result}.json`]);
});

test('a store that is only read tells of damage and moves nothing', async () => {
  const { store, folder, spoilBlob, spoilRecord } = localStore();
  const digest = await store.put('text');
  const key = recordKeyOf({ fingerprint: 'f'.repeat(64) as Fingerprint, outputs: {} });
  mkdirSync(path.dirname(recordFile(folder, key)), { recursive: true });
  writeFileSync(recordFile(folder, key), '{}');
  spoilBlob(digest, () => Buffer.from('tExt'));
  spoilRecord(key, () => Buffer.from('no record'));
  const reader = new LocalStore(folder, openDigestCache(folder, path.join(folder, 'state')), { quarantines: false });
  expect([reader.look(digest, 4), await reader.verify(digest), reader.look(digest, 4)]).toEqual([
    'intact',
    'damaged',
    'damaged',
  ]);
  expect(await reader.record(key)).toBeUndefined();
  expect(readdirSync(folder).sort()).toEqual(['objects', 'runs', 'state']);
  expect(readFileSync(recordFile(folder, key), 'utf8')).toBe('no record');
});
