import { stat, readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { digestOf } from '../../../util/digest.ts';

/** The number of files that are copies of an earlier one, byte by byte. Only files of equal length are read. */
export async function countEqualFiles(files: readonly string[]): Promise<number> {
  const limit = pLimit(8);
  const bySize = new Map<number, string[]>();
  await limit.map(files, async (file) => {
    const { size } = await stat(file);
    const same = bySize.get(size);
    if (same) same.push(file);
    else bySize.set(size, [file]);
  });
  const suspects = [...bySize.values()].filter((same) => same.length > 1).flat();
  const digests = new Set(await limit.map(suspects, async (file) => digestOf(await readFile(file))));
  return suspects.length - digests.size;
}
