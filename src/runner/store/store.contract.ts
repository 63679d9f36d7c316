/** The promises of every store, as tests. Parameters: a function that makes a store and one that damages its files. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { recordKeyOf, type RecordKey } from './record-file.ts';
import type { Store } from './store.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Another command's view of the same store. */
  readonly reopened: () => Store;
  /** Replaces the bytes of a stored file; undefined: deletes it. */
  readonly spoilBlob: (digest: Digest, change: (bytes: Buffer) => Buffer | undefined) => void;
  readonly spoilRecord: (key: RecordKey, change: (bytes: Buffer) => Buffer | undefined) => void;
}

export function storeContract(make: () => StoreUnderTest): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'contract-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const fileWith = (text: string) => {
    const file = path.join(folder, randomBytes(4).toString('hex'));
    writeFileSync(file, text);
    return file;
  };

  test('a file that is taken is gone from its place and found by its digest, in this command and the next', async () => {
    const { store, reopened } = make();
    const file = fileWith('some weights');
    expect(await store.take(file)).toEqual({ digest: digestOf('some weights'), bytes: 12 });
    expect(existsSync(file)).toBe(false);
    for (const view of [store, reopened()]) {
      expect(view.look(digestOf('some weights'), 12)).toBe('intact');
      expect(await view.verify(digestOf('some weights'))).toBe('intact');
      expect(readFileSync(view.pathOf(digestOf('some weights')), 'utf8')).toBe('some weights');
    }
  });

  test('equal files are one blob', async () => {
    const { store } = make();
    const first = await store.take(fileWith('same'));
    expect(await store.take(fileWith('same'))).toEqual(first);
    expect(await store.put('same')).toBe(first.digest);
    expect(store.text(first.digest)).toBe('same');
  });

  test('what was never taken is absent', async () => {
    const { store } = make();
    const digest = digestOf('never');
    expect([store.look(digest, 5), await store.verify(digest), store.text(digest)]).toEqual([
      'absent',
      'absent',
      undefined,
    ]);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['truncated', (bytes) => bytes.subarray(0, -1)],
    ['lengthened', (bytes) => Buffer.concat([bytes, bytes])],
    ['flipped', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte)))],
    ['emptied', () => Buffer.alloc(0)],
  ])('a blob that was %s is damaged once it is verified, and taking the file again heals it', async (_, change) => {
    const under = make();
    const { digest, bytes } = await under.store.take(fileWith('precious'));
    expect(await under.store.verify(digest)).toBe('intact');
    under.spoilBlob(digest, change);
    expect(under.store.text(digest)).toBeUndefined();
    expect(await under.store.verify(digest)).toBe('damaged');
    expect(under.reopened().look(digest, bytes)).toBe('damaged');
    await under.store.take(fileWith('precious'));
    expect([under.store.look(digest, bytes), await under.store.verify(digest)]).toEqual(['intact', 'intact']);
  });

  test('a check reads what it believed to be intact, and moves nothing', async () => {
    const under = make();
    const { digest, bytes } = await under.store.take(fileWith('precious'));
    expect(await under.store.check(digest)).toBe('intact');
    under.spoilBlob(digest, (all) => Buffer.from(all).fill('x', 0, 1));
    expect([await under.store.check(digest), await under.store.check(digest), under.store.look(digest, bytes)]).toEqual(
      ['damaged', 'damaged', 'intact'],
    );
    under.store.quarantineBlob(digest);
    expect([await under.store.check(digest), under.reopened().look(digest)]).toEqual(['absent', 'damaged']);
  });

  test('damage may be found by many at once', async () => {
    const under = make();
    const { digest } = await under.store.take(fileWith('precious'));
    under.spoilBlob(digest, () => Buffer.from('other'));
    const states = await Promise.all(
      [under.store, under.reopened(), under.reopened()].map((store) => store.verify(digest)),
    );
    expect(states.filter((state) => state === 'intact')).toEqual([]);
  });

  test('a blob of another size is damaged without being read; a deleted one is absent', async () => {
    const under = make();
    const { digest, bytes } = await under.store.take(fileWith('precious'));
    under.spoilBlob(digest, (all) => all.subarray(1));
    expect(under.store.look(digest, bytes)).toBe('damaged');
    under.spoilBlob(digest, () => undefined);
    expect([under.store.look(digest, bytes), await under.store.verify(digest)]).toEqual(['absent', 'absent']);
  });

  test('a record comes back as it was put, and a newer one of the same result replaces it', async () => {
    const { store, reopened } = make();
    expect(await store.record(KEY)).toBeUndefined();
    await store.putRecord(RECORD);
    await store.putRecord({ ...RECORD, execution: { ...RECORD.execution, seconds: 9 } });
    expect(await reopened().record(KEY)).toEqual({ ...RECORD, execution: { ...RECORD.execution, seconds: 9 } });
    expect(await store.recordKeys()).toEqual([KEY]);
  });

  test('executions of one fingerprint with different results are kept beside each other, the newest first', async () => {
    const { store, reopened } = make();
    const output = { kind: 'file', file: 'o', bytes: 1 } as const;
    const made = (started: string, digest: Digest): RunRecord => ({
      ...RECORD,
      outputs: { o: { ...output, digest } },
      execution: { ...RECORD.execution, started },
    });
    const [first, second] = [
      made('2026-01-01T00:00:00.000Z', digestOf('first')),
      made('2026-01-02T00:00:00.000Z', digestOf('second')),
    ];
    for (const record of [second, first]) await store.putRecord(record);
    expect(await reopened().records(FINGERPRINT)).toEqual([second, first]);
    expect(await reopened().record(recordKeyOf(first))).toEqual(first);
    const executable = {
      ...first,
      outputs: { o: { ...output, kind: 'executable', digest: digestOf('first') } },
    } as const;
    expect(await store.record(recordKeyOf(executable))).toBeUndefined();
    store.quarantineRecord(recordKeyOf(second));
    expect([await store.record(recordKeyOf(second)), await store.records(FINGERPRINT)]).toEqual([undefined, [first]]);
  });

  test('a record in quarantine is absent', async () => {
    const { store, reopened } = make();
    await store.putRecord(RECORD);
    store.quarantineRecord(KEY);
    expect([await store.record(KEY), await reopened().recordKeys()]).toEqual([undefined, []]);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['truncated', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['flipped in a value', (bytes) => Buffer.from(bytes.toString().replace('"seconds": 2', '"seconds": 3'))],
    ['emptied', () => Buffer.alloc(0)],
    ['another record altogether', (bytes) => Buffer.from(bytes.toString().replaceAll(FINGERPRINT, digestOf('other')))],
  ])('a record that was %s counts as absent, now and later', async (_, change) => {
    const under = make();
    await under.store.putRecord(RECORD);
    under.spoilRecord(KEY, change);
    expect(await under.reopened().record(KEY)).toBeUndefined();
    expect(await under.reopened().record(KEY)).toBeUndefined();
    expect(await under.reopened().records(FINGERPRINT)).toEqual([]);
  });
}

const FINGERPRINT = digestOf('an execution') as Fingerprint;
const RECORD: RunRecord = {
  format: 1,
  fingerprint: FINGERPRINT,
  instance: 'train:seed=0' as InstanceId,
  stage: 'train',
  axes: { seed: 0 },
  identity: {
    format: 1,
    code: { kind: 'command', template: 'make' },
    params: { 10: 'ten', b: [1, null], a: 0.5 },
    axes: {},
    env: {},
    inputs: {},
    outputs: {},
  },
  sources: {},
  origins: {},
  outputs: {},
  execution: {
    started: '2026-01-01T00:00:00.000Z',
    seconds: 2,
    attempts: 1,
    resumes: 0,
    host: 'h',
    platform: 'p',
    node: 'n',
    notes: {},
    metrics: {},
    warnings: [],
    resources: {},
    log: 'logs/x',
  },
};
const KEY = recordKeyOf(RECORD);
