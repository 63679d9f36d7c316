// Measures training steps on every engine of this machine, on tfjs-node without ours and on PyTorch, in turns:
//   npm run bench -- train [--quick] [--task classification|segmentation] [--python PYTHON] [--threads N]
// PYTHON is an interpreter with torch, torchvision and, for the U-Net, segmentation-models-pytorch; without it, engines
// are compared with each other only.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { start } from './turns.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    task: { type: 'string' },
    python: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
  allowPositionals: true,
});

const SETTINGS = [
  { task: 'classification', network: 'resnet18', side: 28, batch: 64, steps: 10 },
  { task: 'classification', network: 'resnet18', side: 64, batch: 32, steps: 6 },
  { task: 'classification', network: 'resnet50', side: 64, batch: 32, steps: 3 },
  { task: 'classification', network: 'resnet50', side: 224, batch: 8, steps: 1 },
  { task: 'segmentation', network: 'resnet18', side: 64, batch: 16, steps: 6 },
];
/** One of each task. */
const QUICK = [SETTINGS[1], SETTINGS[4]];
const TITLES = { classification: 'Classifier', segmentation: 'U-Net on' };
const ROUNDS = 5;
const hasTfjsNode = existsSync(join(import.meta.dirname, '../node_modules/@tensorflow/tfjs-node-gpu'));

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '.train-'));
try {
  const common = {
    bundle: true,
    packages: 'external',
    external: ['#onnxruntime'],
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  };
  await build({
    ...common,
    entryPoints: [join(import.meta.dirname, 'train.ts'), join(import.meta.dirname, '../src/tensor/available.ts')],
    entryNames: '[name]',
  });
  const { availableEngines } = await import(join(folder, 'available.mjs'));
  const hasTensorflow = availableEngines().some(({ name, available }) => name === 'tensorflow' && available);
  if (!values.python) console.log('PyTorch is not compared: name an interpreter that has it with --python.');
  if (!hasTfjsNode) console.log('tfjs-node is not compared: npm install --no-save @tensorflow/tfjs-node-gpu.');
  if (!hasTensorflow) console.log('TensorFlow is not compared: pipeline engine add tensorflow.');
  const settings = (values.quick ? QUICK : SETTINGS).filter(({ task }) => [undefined, task].includes(values.task));
  for (const setting of settings) await compare(setting, contestantsOf(setting, hasTensorflow));
} finally {
  await rm(folder, { recursive: true });
}

function contestantsOf({ task, network, side, batch }, hasTensorflow) {
  const size = [task, network, side, batch, values.threads].map(String);
  const node = (name, engine, precision) => ({
    name,
    precision,
    command: [process.execPath, join(folder, 'train.mjs'), engine, precision, ...size],
  });
  const torch = (precision, layout) => ({
    name: `PyTorch ${layout.replace('_', ' ')}`,
    precision,
    isPeer: true,
    command: [values.python, join(import.meta.dirname, 'train.py'), precision, layout, ...size],
  });
  return [
    ...(values.python
      ? ['float32', 'bfloat16'].flatMap((precision) =>
          ['contiguous', 'channels_last'].map((layout) => torch(precision, layout)),
        )
      : []),
    node('onnxruntime', 'onnxruntime', 'float32'),
    ...(hasTensorflow
      ? [node('tensorflow', 'tensorflow', 'float32'), node('tensorflow', 'tensorflow', 'bfloat16')]
      : []),
    ...(hasTensorflow && hasTfjsNode && task === 'classification'
      ? [node('tfjs-node, eager', 'tfjs-node', 'float32')]
      : []),
  ];
}

/** All contestants stay alive and take turns of a few steps: other load of the machine affects all of them. */
async function compare({ task, network, side, batch, steps }, contestants) {
  for (const each of contestants) Object.assign(each, await start(each.command));
  for (let round = -1; round < ROUNDS; round++) {
    for (const each of contestants) {
      const { milliseconds, processorMilliseconds, peakBytes } = await each.ask(steps);
      each.peakBytes = peakBytes;
      if (round < 0) continue; // it warms up
      (each.times ??= []).push(...milliseconds);
      (each.processorTimes ??= []).push(...processorMilliseconds);
    }
  }
  for (const each of contestants) each.end();
  console.log(
    `\n${TITLES[task]} ${network}, ${side} px, batch ${batch}, ${values.threads} threads: images/s, best and median of ` +
      `${ROUNDS * steps} steps in ${ROUNDS} rounds; ratios to PyTorch's best of equal precision, by best steps; ` +
      'least processor time of a step; peak memory',
  );
  for (const each of contestants) {
    const sorted = [...each.times].sort((a, b) => a - b);
    const speed = (ms) => (1000 * batch) / ms;
    const peers = contestants
      .filter(({ isPeer, precision }) => isPeer && precision === each.precision)
      .map(({ times }) => Math.min(...times));
    const ratio = !each.isPeer && peers.length > 0 ? `${(Math.min(...peers) / sorted[0]).toFixed(2)}x` : '';
    console.log(
      [
        each.name.padEnd(22),
        each.precision.padEnd(8),
        speed(sorted[0]).toFixed(1).padStart(7),
        speed(sorted[sorted.length >> 1])
          .toFixed(1)
          .padStart(7),
        ratio.padStart(6),
        `${Math.min(...each.processorTimes).toFixed(0)} ms`.padStart(8),
        `${(each.peakBytes / 2 ** 20).toFixed(0)} MiB`.padStart(9),
        each.compileSeconds !== undefined ? `compiled in ${each.compileSeconds.toFixed(1)} s` : '',
        each.version,
      ].join('  '),
    );
  }
}
