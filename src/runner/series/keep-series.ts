/** Keeps the series of a finished execution with its result: a blob with the points that count. */
import { rmSync } from 'node:fs';
import type { StoredSeries } from '../../formats/run-record.ts';
import type { Store } from '../store/store.ts';
import { parsePoints } from './read-series.ts';
import { seriesFile, seriesText } from './series-file.ts';

/** Undefined: the stage reported no metrics. */
export async function keepSeries(
  storeFolder: string,
  fingerprint: string,
  store: Store,
): Promise<StoredSeries | undefined> {
  const points = parsePoints(seriesText(seriesFile(storeFolder, fingerprint)));
  if (points.length === 0) return undefined;
  const text = points.map((point) => `${JSON.stringify(point)}\n`).join('');
  const digest = await store.put(text);
  return { digest, bytes: Buffer.byteLength(text), points: points.length };
}

/** Called once the record names the blob. */
export function removeLiveSeries(storeFolder: string, fingerprint: string): void {
  rmSync(seriesFile(storeFolder, fingerprint), { force: true });
}
