// Time and memory of a plan with nothing to do, by the number of instances.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';
import { median, seconds } from './table.mjs';
import { thisRunner } from './tools.mjs';

const ROUNDS = 5;
const COMMANDS = [['run'], ['run', '--dry-run'], ['status']];

export const PLAN_COLUMNS = ['', 'median', 'fastest to slowest', 'processor time', 'memory'];

export async function measurePlans(folder, quick) {
  const fill = await loadFill();
  const rows = [];
  for (const count of quick ? [100] : [1000, 10_000]) {
    const place = join(folder, `${count}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'pipeline.json'), JSON.stringify(pipelineWith(count)));
    writeFileSync(join(place, 'data.txt'), 'a few words\n');
    await fill(join(place, 'pipeline.json'));
    for (const words of COMMANDS) measured(place, words);
    const rounds = Array.from({ length: ROUNDS }, () => COMMANDS.map((words) => measured(place, words)));
    COMMANDS.forEach((words, i) => {
      const of = (what) => rounds.map((round) => round[i][what]);
      const wall = of('wall');
      rows.push([
        `${count.toLocaleString('en')} instances, ${words.join(' ')}`,
        seconds(median(wall)),
        `${seconds(Math.min(...wall))} to ${seconds(Math.max(...wall))}`,
        seconds(median(of('cpu'))),
        `${Math.round(median(of('memory')))} MiB`,
      ]);
    });
  }
  return rows;
}

/** A sweep: one source, models on it, and an evaluation of each. */
function pipelineWith(count) {
  const seeds = (count - 2) / 2 / 7;
  const models = Array.from({ length: 7 }, (_, i) => `model${i}`);
  return {
    axes: { model: models, seed: Array.from({ length: Math.round(seeds) }, (_, i) => i) },
    stages: {
      prepare: {
        command: 'cat ${inputs.data} > ${outputs.out}',
        inputs: { data: 'data.txt' },
        outputs: { out: 'data.bin' },
      },
      train: {
        matrix: ['model', 'seed'],
        command: 'echo ${model} ${seed} ${inputs.data} ${params.epochs} > ${outputs.out}',
        params: { epochs: 10, rate: 0.1, recipe: '${model}' },
        inputs: { data: '@prepare/out' },
        outputs: { out: 'weights.bin' },
      },
      evaluate: {
        matrix: ['model', 'seed'],
        command: 'cat ${inputs.weights} ${inputs.data} > ${outputs.out}',
        inputs: { weights: '@train/out', data: '@prepare/out' },
        outputs: { out: { file: 'scores.json', metrics: true } },
      },
      report: {
        command: 'cat ${inputs.scores} > ${outputs.out}',
        inputs: { scores: '@evaluate:*/out' },
        outputs: { out: 'report.txt' },
      },
    },
  };
}

/** The command says itself, as it ends, how much it used: whole process, and the most memory that it held. */
function measured(place, words) {
  const usage = join(place, 'usage.json');
  const {
    command: [program, main],
  } = thisRunner().run();
  const began = performance.now();
  execFileSync(program, ['--import', join(import.meta.dirname, 'usage.mjs'), main, ...words], {
    cwd: place,
    env: { ...process.env, BENCH_USAGE: usage },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { wall: (performance.now() - began) / 1000, ...JSON.parse(readFileSync(usage, 'utf8')) };
}

async function loadFill() {
  // Inside the checkout, so that imports find their packages.
  const folder = mkdtempSync(join(import.meta.dirname, '..', '.fill-'));
  try {
    const outfile = join(folder, 'fill.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'fill.ts')],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    });
    return (await import(outfile)).fill;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
