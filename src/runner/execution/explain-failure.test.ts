import type * as Fs from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../formats/failure.ts';
import { explainFailure, type FailedAttempt } from './explain-failure.ts';

const disk = vi.hoisted(() => ({ bavail: 0, bfree: 0 }));

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof Fs>()),
  statfsSync: () => ({ ...disk, bsize: 4096, blocks: 1e6, files: 1e6, ffree: 1e6 }),
}));

afterEach(() => {
  vi.restoreAllMocks();
});

/** No log is there, and nothing was written to the project. */
const attempt: FailedAttempt = {
  instance: { body: { kind: 'command', template: '' }, env: [], secrets: [], outputs: {} } as never,
  log: '/nowhere/log',
  began: new Date(),
  root: '/nowhere',
  storeFolder: '/nowhere/cache',
};

function explained(failure: Failure, free: { bavail: number; bfree: number } = { bavail: 0, bfree: 0 }): Failure {
  Object.assign(disk, free);
  return explainFailure(failure, attempt);
}

const STORAGE = { kind: 'storage', code: 'ENOSPC', path: '/nowhere/cache', freeBytes: 0 };

test.each<Failure>([
  { kind: 'exit', code: 3 },
  { kind: 'exit', code: 1, message: 'ENOSPC: no space left on device, write' },
  { kind: 'missing-output', outputs: ['out'] },
])('on a full disk, the cause of %j is the disk', (failure) => {
  expect(explained(failure)).toMatchObject(STORAGE);
});

test.each<Failure>([
  { kind: 'exit', code: 75, message: 'no card is free' },
  { kind: 'exit', code: 141 }, // it is explained as SIGPIPE
  { kind: 'signal', signal: 'SIGKILL' },
])('on a full disk, %j stays, and the disk is added', (failure) => {
  expect(explained(failure)).toMatchObject({ ...failure, fullDisk: { path: '/nowhere/cache', freeBytes: 0 } });
});

test('blocks that are reserved for root are no room for another user', () => {
  const free = { bavail: 0, bfree: 1e6 };
  const failure: Failure = { kind: 'exit', code: 3 };
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
  expect(explained(failure, free)).toMatchObject(STORAGE);
  vi.spyOn(process, 'getuid').mockReturnValue(0);
  expect(explained(failure, free)).toEqual(failure);
});
