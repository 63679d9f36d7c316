// A whole SimCLR epoch (ResNet-18, 64 px, batch 64) on HAM10000, reading and augmentation included, beside lightly on
// PyTorch:
//   npm run bench -- epoch --data FOLDER [--python PYTHON] [--quick] [--prepared FOLDER] [--threads N]
// FOLDER of --data holds HAM10000 as published. It is decoded once, to 64 px, into --prepared: packed images for us
// and, as PyTorch may choose, for it too; JPEG files for lightly's own data set. PYTHON is an interpreter with torch,
// torchvision and lightly. --quick runs five turns of ten steps of each, without trying PyTorch's settings first.
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from './bundled.mjs';
import { CORES, MiB, speeds, start } from './turns.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    python: { type: 'string' },
    quick: { type: 'boolean', default: false },
    prepared: { type: 'string', default: join(homedir(), '.cache/pretext-bench/ham10000-64') },
    threads: { type: 'string', default: String(CORES) },
  },
  allowPositionals: true,
});
if (values.data === undefined) {
  console.error('Which images? Name the folder of HAM10000 with --data.');
  process.exit(2);
}
const [BATCH, SIDE, THREADS] = [64, 64, Number(values.threads)];

await bundled(['contrast.ts', 'prepare.ts'], async ({ program, engines, load }) => {
  await mkdir(values.prepared, { recursive: true });
  const { prepare } = await load('prepare');
  const { images, pictures, count } = await prepare(values.data, values.prepared, SIDE);
  const stepsOfEpoch = Math.floor(count / BATCH);
  const [turn, turns] = values.quick ? [10, 5] : [stepsOfEpoch / 12, 12];

  const ours = engines.map(({ engine, precision }) => ({
    name: engine,
    precision,
    ours: true,
    command: [
      process.execPath,
      program('contrast'),
      JSON.stringify({ engine, precision, threads: THREADS, batchSize: BATCH, augmentation: 'simclr', images }),
    ],
  }));
  const torch = ({ precision, source, layout, workers }) => ({
    name: `lightly, ${source}, ${layout.replace('_', ' ')}, ${workers} workers`,
    precision,
    source,
    layout,
    workers,
    command: [
      values.python,
      program('lightly_epoch.py'),
      JSON.stringify({
        precision,
        source,
        layout,
        workers,
        threads: THREADS,
        batch: BATCH,
        side: SIDE,
        path: source === 'packed' ? images : pictures,
      }),
    ],
  });
  const theirs = values.python ? await settingsOf(torch) : [];

  const contestants = [...theirs, ...ours];
  await measure(contestants, turn, turns);
  console.log(
    `\nSimCLR on ${count} images of ${SIDE} px, ResNet-18, batch ${BATCH}, ${THREADS} threads: ` +
      `${values.quick ? `${turn * turns} steps` : 'a whole epoch'} of each in ${turns} turns. images/s over all ` +
      `turns and in the best; ratio to lightly's best of equal precision`,
  );
  for (const each of contestants) {
    const peers = contestants.filter(({ ours: own, precision }) => !own && precision === each.precision);
    const ratio =
      each.ours && peers.length > 0
        ? `${(each.best / Math.max(...peers.map(({ best }) => best))).toFixed(2)}x at best, ` +
          `${(each.speed / Math.max(...peers.map(({ speed }) => speed))).toFixed(2)}x over all`
        : '';
    const used =
      each.used === null
        ? ''
        : `${MiB(each.used.peakBytes)}, ${(each.used.seconds / each.seconds).toFixed(2)} of ${THREADS} cores`;
    console.log(
      [
        each.name.padEnd(40),
        each.precision.padEnd(8),
        each.speed.toFixed(1).padStart(6),
        each.best.toFixed(1).padStart(6),
        used.padEnd(24),
        ratio,
      ].join('  '),
    );
  }
});

/** The fastest layout and number of workers for each precision and source: first the layout, then the workers. */
async function settingsOf(torch) {
  const chosen = [];
  for (const precision of ['float32', 'bfloat16']) {
    let [layout, workers] = ['channels_last', THREADS];
    for (const source of ['packed', 'jpeg']) {
      if (!values.quick) {
        layout = (
          await fastest(
            ['contiguous', 'channels_last'].map((each) => torch({ precision, source, layout: each, workers })),
          )
        ).layout;
        workers = (await fastest([0, 1, THREADS].map((each) => torch({ precision, source, layout, workers: each }))))
          .workers;
      }
      chosen.push(torch({ precision, source, layout, workers }));
    }
  }
  return chosen;
}

async function fastest(contestants) {
  await measure(contestants, 4, 3);
  return contestants.reduce((a, b) => (b.best > a.best ? b : a));
}

/**
 * All stay alive and take turns; the first three steps of each warm up. Adds to each its speeds in images/s, and its
 * usage.
 */
async function measure(contestants, turn, turns) {
  for (const each of contestants)
    Object.assign(each, { program: await start(each.command), times: [], seconds: 0, used: null });
  for (const { program } of contestants) await program.ask(3);
  for (const each of contestants) each.before = await each.program.usage();
  for (let k = 0; k < turns; k++) {
    // Whole steps, however the epoch divides.
    const steps = Math.floor((k + 1) * turn) - Math.floor(k * turn);
    for (const each of contestants) {
      const { milliseconds } = await each.program.ask(steps);
      each.times.push(milliseconds.reduce((a, b) => a + b) / milliseconds.length);
      each.seconds += milliseconds.reduce((a, b) => a + b) / 1000;
    }
  }
  for (const each of contestants) {
    const used = await each.program.usage();
    if (used !== null) each.used = { ...used, seconds: used.seconds - each.before.seconds };
    await each.program.end();
    each.speed = (BATCH * Math.round(turn * turns)) / each.seconds;
    each.best = speeds(each.times, BATCH).best;
  }
}
