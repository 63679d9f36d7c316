/** Our ingest as a contestant of bench/ingest.mjs: FOLDER IMAGES SIZE WORKERS OUT; each line read is one ingest. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeImage } from '../src/learn/dataset/decode/decode.ts';
import { ingest } from '../src/learn/dataset/ingest.ts';
import { folders } from '../src/learn/dataset/reader/folders.ts';

const [folder, images, size, workers, out] = process.argv.slice(2) as [string, string, string, string, string];
const files = {
  images: join(out, 'ours.safetensors'),
  table: join(out, 'table.csv'),
  dataset: join(out, 'dataset.json'),
};
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'again') throw new Error(`"again" is expected; found "${line}".`);
  const start = performance.now();
  const before = process.cpuUsage();
  const listing = await folders(folder);
  if (!listing.ok) throw new Error(listing.error);
  const samples = listing.value.samples.slice(0, Number(images));
  const classes = [...new Set(samples.map(({ label }) => label))];
  await ingest({ ...listing.value, classes, samples, faults: [] }, files, {
    folder,
    size: Number(size),
    onBroken: 'error',
    decode: decodeImage,
    concurrency: 2 * Number(workers),
  });
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      seconds: (performance.now() - start) / 1000,
      processorSeconds: (user + system) / 1e6,
      peakBytes: 1024 * process.resourceUsage().maxRSS,
    }),
  );
}
