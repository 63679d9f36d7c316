/**
 * For tests: a data set of a few colored squares on disk, a network that learns it in seconds, and the other needs of
 * training.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../../util/random.ts';
import { createPackedImages } from '../dataset/packed-images.ts';
import { writeSplit } from '../dataset/split-table.ts';
import { writeTable } from '../dataset/table.ts';
import type { ResNet } from '../nn/resnet.ts';
import type { Engine, EngineName } from '../../tensor/engine.ts';
import { openTestEngine } from '../../tensor/test-engines.test-support.ts';
import type { HostModel } from './loop.ts';
import type { TrainingContext } from './loop.ts';

export const TINY: ResNet = { name: 'tiny', stem: 'cifar', block: 'basic', blocks: [1, 1], widths: [4, 6] };
export const CLASSES = ['red', 'green', 'blue'];
export const SIZE = 8;

/**
 * Images of noise in which the channel of the class is brighter, 8 to train, 6 to validate and 4 to test of each class.
 */
export async function writeSquares(): Promise<{ folder: string; images: string; table: string; split: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'squares-'));
  const paths = {
    folder,
    images: join(folder, 'images.safetensors'),
    table: join(folder, 'table.csv'),
    split: join(folder, 'split.csv'),
  };
  const count = 18 * CLASSES.length;
  const packed = await createPackedImages(paths.images, count, SIZE);
  for (let index = 0; index < count; index++) {
    const source = random('squares', index);
    const bright = index % CLASSES.length;
    await packed.write(
      index,
      Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => source.integer(150) + (i % 3 === bright ? 80 : 0)),
    );
  }
  await packed.close();
  const rows = Array.from({ length: count }, (_, index) => ({
    index,
    image: `${index}.png`,
    label: CLASSES[index % 3]!,
    group: `${index}`,
    split: '' as const,
  }));
  await writeTable(paths.table, rows);
  const indices = rows.map(({ index }) => index);
  await writeSplit(paths.split, {
    train: indices.slice(0, 24),
    validation: indices.slice(24, 42),
    test: indices.slice(42),
    labelFractions: new Array<number>(24).fill(1),
  });
  return paths;
}

/** Stops training once that many images were seen; `warnings` holds the warnings. */
export function testContext(checkpoint: string, stopAt = Infinity): TrainingContext & { readonly warnings: string[] } {
  const stop = new AbortController();
  const warnings: string[] = [];
  return {
    checkpoint,
    signal: stop.signal,
    progress: ({ done }) => {
      if (done >= stopAt) stop.abort(new Error('stopped'));
    },
    metric: () => undefined,
    warn: (text) => warnings.push(text),
    record: () => undefined,
    warnings,
  };
}

export async function withTestEngine<T>(name: EngineName, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openTestEngine(name);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** The largest difference between two models, and its place. */
export function largestDifference(a: HostModel, b: HostModel): { readonly tensor: string; readonly by: number } {
  const differences = (['params', 'stats'] as const).flatMap((part) =>
    Object.entries(a[part]).map(([tensor, { data }]) => ({
      tensor,
      by: Math.max(...data.map((value, i) => Math.abs(value - b[part][tensor]!.data[i]!))),
    })),
  );
  return differences.reduce((worst, difference) => (difference.by > worst.by ? difference : worst));
}
