// Measures how fast a folder of images becomes one packed file, beside torchvision and Pillow, in turns:
//   npm run bench -- ingest [--python PYTHON] [--data FOLDER] [--images N] [--size PIXELS] [--workers N]
// FOLDER holds folders with images (default: ../shared/data/ham10000). PYTHON is an interpreter with torch and
// torchvision.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    data: { type: 'string', default: join(import.meta.dirname, '../../shared/data/ham10000') },
    images: { type: 'string', default: '2000' },
    size: { type: 'string', default: '64' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
  allowPositionals: true,
});
const ROUNDS = 5;

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '.ingest-'));
try {
  await build({
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    entryPoints: [join(import.meta.dirname, 'ingest.ts')],
    outfile: join(folder, 'ingest.mjs'),
  });
  const settings = [resolve(values.data), values.images, values.size, values.workers, folder];
  const python = (name, draft) => ({
    name,
    command: [values.python, join(import.meta.dirname, 'ingest.py'), draft, ...settings],
  });
  const contestants = [
    { name: 'pipeline', command: [process.execPath, join(folder, 'ingest.mjs'), ...settings] },
    ...(values.python ? [python('Pillow, draft off', 'whole'), python('Pillow, draft on', 'draft')] : []),
  ];
  if (!values.python)
    console.log('torchvision and Pillow are not compared: name an interpreter that has them with --python.');
  await compare(contestants);
} finally {
  await rm(folder, { recursive: true });
}

/** All contestants stay alive and take turns: other load of the machine affects all of them. */
async function compare(contestants) {
  for (const each of contestants) Object.assign(each, start(each.command), { seconds: [], processor: [] });
  for (let round = -1; round < ROUNDS; round++) {
    for (const each of contestants) {
      const { seconds, processorSeconds, peakBytes } = await each.ask();
      each.peakBytes = peakBytes;
      if (round < 0) continue; // the first round warms up
      each.seconds.push(seconds);
      each.processor.push(processorSeconds);
    }
  }
  for (const each of contestants) each.end();
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const [ours] = contestants;
  console.log(
    `${values.images} images to ${values.size} px, ${values.workers} at a time, ${ROUNDS} rounds: images/s by the ` +
      `median and the best round; time and processor time beside ours, medians of the rounds' ratios; peak memory, ` +
      'workers included',
  );
  for (const { name, seconds, processor, peakBytes } of contestants) {
    const speed = (time) => (Number(values.images) / time).toFixed(0).padStart(6);
    const ratio = (times, own) => `${median(times.map((time, round) => time / own[round])).toFixed(2)}x`.padStart(7);
    console.log(
      [
        name.padEnd(20),
        speed(median(seconds)),
        speed(Math.min(...seconds)),
        ratio(seconds, ours.seconds),
        ratio(processor, ours.processor),
        `${(peakBytes / 2 ** 20).toFixed(0)} MiB`.padStart(9),
      ].join('  '),
    );
  }
}

function start([program, ...words]) {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async () => {
    child.stdin.write('again\n');
    const { value, done } = await lines.next();
    if (done) throw new Error(`${[program, ...words].join(' ')} ended early.`);
    return JSON.parse(value);
  };
  return { ask, end: () => child.stdin.end() };
}
