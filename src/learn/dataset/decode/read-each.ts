/**
 * Reads many files at a time, and gives each failure a reason of its own.
 *
 * libvips keeps its messages in one place for all threads, where files take each other's. A file that fails is
 * therefore read once more while no other is, and that attempt counts.
 */
import pLimit from 'p-limit';
import type { Result } from '../../../util/result.ts';

interface ReadEachOptions {
  /** Files read at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each first attempt. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** In the order of `items`. Throws the signal's reason. */
export async function readEach<Item, Value>(
  items: readonly Item[],
  read: (item: Item, index: number) => Promise<Result<Value, string>>,
  { concurrency, signal, onProgress }: ReadEachOptions,
): Promise<Result<Value, string>[]> {
  const limit = pLimit(concurrency);
  let done = 0;
  try {
    const results = await limit.map(items, async (item, index) => {
      signal?.throwIfAborted();
      const result = await read(item, index);
      onProgress?.(++done, items.length);
      return result;
    });
    for (const [index, item] of items.entries()) {
      if (results[index]?.ok !== false) continue;
      signal?.throwIfAborted();
      results[index] = await read(item, index);
    }
    return results;
  } finally {
    limit.clearQueue();
  }
}
