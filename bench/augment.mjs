// Measures the cost of augmentation in a SimCLR step, beside torchvision:
//   npm run bench -- augment [--quick] [--python PYTHON] [--threads N]
// PYTHON is an interpreter with torch, torchvision and lightly.
import { parseArgs } from 'node:util';
import { bundled } from './bundled.mjs';
import { CORES, speeds, start } from './turns.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    python: { type: 'string' },
    threads: { type: 'string', default: String(CORES) },
  },
  allowPositionals: true,
});
const [BATCH, SIDE, THREADS] = [64, 64, Number(values.threads)];
const ROUNDS = values.quick ? 3 : 12;

await bundled(['contrast.ts', 'views.ts'], async ({ program, engines }) => {
  const common = { threads: THREADS, batchSize: BATCH, side: SIDE };
  for (const { engine, precision } of engines) {
    const step = (augmentation) => [
      process.execPath,
      program('contrast'),
      JSON.stringify({ ...common, engine, precision, augmentation, images: null }),
    ];
    const [augmented, ready] = await inTurns([step('simclr'), step('none')], 2);
    const added = 100 * (Math.min(...augmented) / Math.min(...ready) - 1);
    console.log(
      `${engine.padEnd(12)} ${precision.padEnd(8)}  SimCLR step of ResNet-18, ${SIDE} px, batch ${BATCH}: ` +
        `${Math.min(...ready).toFixed(0)} ms without, ${Math.min(...augmented).toFixed(0)} ms with augmentation: ` +
        `+${added.toFixed(1)} %`,
    );
  }
  const makers = [
    ...engines
      .filter(({ precision }) => precision === 'float32')
      .map(({ engine }) => ({
        name: engine,
        threads: THREADS,
        command: [process.execPath, program('views'), JSON.stringify({ ...common, engine })],
      })),
    ...(values.python
      ? ['v1', 'v2'].map((api) => ({
          name: `torchvision ${api}`,
          threads: 1,
          command: [values.python, program('views.py'), JSON.stringify({ ...common, api })],
        }))
      : []),
  ];
  const times = await inTurns(
    makers.map(({ command }) => command),
    6,
  );
  makers.forEach(({ name, threads }, i) => {
    // torchvision works on one thread for each worker of a data loader: as many workers as cores are at best as many
    // times as fast.
    const workers = THREADS / threads;
    const { best, median } = speeds(times[i], BATCH * workers);
    console.log(
      `${name.padEnd(15)} two views, nothing else: ${best.toFixed(0)} images/s at best, ${median.toFixed(0)} in ` +
        `the median${workers > 1 ? ` (one worker measured, times ${workers})` : ''}`,
    );
  });
});

/** Milliseconds of all steps of each program. The first turn warms up. */
async function inTurns(commands, steps) {
  const programs = [];
  for (const command of commands) programs.push(await start(command));
  const times = programs.map(() => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, program] of programs.entries()) {
      const { milliseconds } = await program.ask(steps);
      if (round >= 0) times[i].push(...milliseconds);
    }
  }
  for (const program of programs) program.end();
  return times;
}
