// A small study for the checks of this folder: two seeds are trained and evaluated, and one training is interrupted.
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const COMMAND = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const STEPS = 300;

/** Reports a loss for each step and an accuracy for each epoch of 10 steps, which has its own count. */
const TRAIN = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export default async (stage) => {
  const { seed } = stage.axes;
  const state = stage.checkpoint + '/step';
  const first = existsSync(state) ? Number(readFileSync(state, 'utf8')) + 1 : 0;
  stage.metric('note', 'not a number');
  for (let step = first; step < stage.params.steps; step++) {
    if (seed === 1 && step === 205) while (!existsSync(stage.params.go)) await setTimeout(10);
    stage.metric('train/loss', step === 7 ? NaN : Math.exp(-step / 50) + seed / 3, step);
    if (step % 10 !== 9) continue;
    stage.metric('validation/accuracy', 1 - Math.exp(-step / 90), (step - 9) / 10);
    if (step % 30 === 29) { await setTimeout(5); writeFileSync(state, String(step)); }
  }
  stage.metric('seconds', 1.25 + seed);
  writeFileSync(stage.output('weights'), Buffer.alloc(4096, seed + 1));
};`;

export function makeProject(settings = {}) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'watching-'));
  const at = (name) => path.join(root, name);
  const write = (name, content) => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  write('data/Müller, Eva.png', 'picture 1');
  write('data/b.png', 'picture 2');
  write('train.mjs', TRAIN);
  write('.pipelinerc.json', settings);
  write('pipeline.json', {
    name: 'watched-study',
    stages: {
      ingest: {
        command: 'mkdir -p ${outputs.images} && cp ${inputs.source}/* ${outputs.images}/',
        inputs: { source: 'data' },
        outputs: { images: 'images/' },
      },
      train: {
        module: 'train.mjs',
        matrix: { seed: [0, 1] },
        params: { steps: STEPS, go: at('go'), 'learning rate': 0.1, schedule: { kind: 'cosine', warmup: 3 } },
        inputs: { images: '@ingest/images' },
        outputs: { weights: 'weights.bin' },
      },
      report: {
        command: 'wc -c ${inputs.weights} > ${outputs.page}; echo "{\\"auc\\": 0.75}" > ${outputs.scores}',
        inputs: { weights: '@train:*/weights' },
        outputs: {
          page: { file: 'report.txt', publish: 'out/report.txt' },
          scores: { file: 'scores.json', metrics: true },
        },
      },
    },
  });
  const pipeline = (words, env = {}) =>
    promisify(execFile)(process.execPath, [COMMAND, ...words], {
      cwd: root,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
  const record = async (id) => JSON.parse((await pipeline(['show', id, '--json'])).stdout);
  return {
    root,
    at,
    write,
    pipeline,
    record,
    /** The points of a result as the store keeps them. */
    async series(id) {
      const { execution } = await record(id);
      const { digest } = execution.series;
      return readFileSync(at(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    /** Runs all; the training of seed 1 is killed with its runner at step 205, and resumes. */
    async runWithInterruption() {
      const runner = spawn(process.execPath, [COMMAND, 'run', '--jobs', '2', '--json'], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      for await (const chunk of runner.stdout)
        if (/"step":204\b/.test(String(chunk)) && String(chunk).includes('seed=1')) break;
      await sleep(300); // seed 0 ends meanwhile
      runner.kill('SIGKILL');
      await new Promise((resolve) => runner.once('close', resolve));
      appendFileSync(at('go'), '');
      await pipeline(['run']);
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/** A free port of the loopback address. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The value of `ask` once it is neither undefined nor a rejection. */
export async function eventually(what, ask, seconds = 120) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await Promise.resolve()
      .then(ask)
      .catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(200);
  }
}

/** Counts comparisons, and prints those that fail. */
export class Comparison {
  #count = 0;
  #faults = [];

  same(what, found, wanted) {
    this.#count++;
    const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
    if (a !== b) this.#faults.push(`${what}: found ${String(a).slice(0, 300)}, wanted ${String(b).slice(0, 300)}`);
  }

  end(name) {
    for (const fault of this.#faults) console.error(fault);
    console.log(`${name}: ${this.#count} comparisons, ${this.#faults.length} differences`);
    if (this.#faults.length > 0) process.exitCode = 1;
  }
}
