import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { err, ok, type Result } from '../../../util/result.ts';
import { readEach } from './read-each.ts';

/** Odd numbers fail; two at a time take each other's reason, as files in libvips do. */
function reader() {
  let reading = 0;
  return async (item: number): Promise<Result<number, string>> => {
    const isAlone = ++reading === 1;
    await sleep(1);
    reading--;
    return item % 2 === 0 ? ok(10 * item) : err(isAlone ? `${item} is odd` : 'a reason of another');
  };
}

test('each failure has its own reason, in the order of the items, and progress counts every item once', async () => {
  const told: string[] = [];
  const results = await readEach([0, 1, 2, 3, 4, 5], reader(), {
    concurrency: 4,
    onProgress: (done, total) => told.push(`${done}/${total}`),
  });
  expect(results).toEqual([ok(0), err('1 is odd'), ok(20), err('3 is odd'), ok(40), err('5 is odd')]);
  expect(told).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
});

test('the signal ends it', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(readEach([0, 2], reader(), { concurrency: 1, signal })).rejects.toThrow('stopped');
});
