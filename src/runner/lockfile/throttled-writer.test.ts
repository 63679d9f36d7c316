import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { throttledWriter } from './throttled-writer.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that takes 100 ms of the false clock. */
function work() {
  let fault: Error | undefined;
  const done = vi.fn(() => {
    vi.advanceTimersByTime(100);
    return fault ? Promise.reject(fault) : Promise.resolve();
  });
  return {
    done,
    fail: (message: string | undefined) => (fault = message === undefined ? undefined : new Error(message)),
  };
}

test('the first is done at once, those that follow closely are done as one, later', async () => {
  const { done } = work();
  const save = throttledWriter(done);
  await save.schedule();
  expect(done).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 50; i++) await save.schedule();
  expect(done).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(999);
  expect(done).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalledTimes(2);
});

test('after a rest of ten times what it took, it is done at once again', async () => {
  const { done } = work();
  const save = throttledWriter(done);
  await save.schedule();
  await vi.advanceTimersByTimeAsync(1000);
  await save.schedule();
  expect(done).toHaveBeenCalledTimes(2);
});

test('what was promised is done before it is settled, and nothing is done twice', async () => {
  const { done } = work();
  const save = throttledWriter(done);
  await save.schedule();
  await save.schedule();
  await save.flush();
  await save.flush();
  await vi.advanceTimersByTimeAsync(5000);
  expect(done).toHaveBeenCalledTimes(2);
});

test(
  'a failure is told to who waits for it; a promised one that failed is told when it is settled, or mended by the ' +
    'next',
  async () => {
    const { done, fail } = work();
    const save = throttledWriter(done);
    fail('disk full');
    await expect(save.schedule()).rejects.toThrow('disk full');
    await save.schedule();
    await vi.advanceTimersByTimeAsync(1000);
    await expect(save.flush()).rejects.toThrow('disk full');
    fail(undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await save.schedule();
    await save.flush();
  },
);
