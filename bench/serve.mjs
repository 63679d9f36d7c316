/**
 * The cost of `pipeline serve`: the share of a core that the server takes, and the time of a training step with and
 * without a page that is open. The stage reports progress and a metric after each step, more often than a training
 * does. Rounds with and without the page take turns, because the load of the machine changes. A round takes ten seconds
 * on a machine that is quiet.
 *
 *     npm run bench -- serve [--rounds N] [--steps N]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { addressOf, busySeconds } from '../scripts/look/served.mjs';

const command = path.resolve(import.meta.dirname, '../dist/cli/main.js');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, steps: { type: 'string', default: '200' } },
});

const STAGE = `import { writeFileSync } from 'node:fs';
import { setImmediate as others } from 'node:timers/promises';
export default async function (stage) {
  const times = [];
  let sum = 0;
  for (let step = 1; step <= stage.params.steps; step++) {
    const began = performance.now();
    for (let i = 0; i < 8e5; i++) sum += Math.sqrt(i + sum % 2);
    stage.progress({ done: step, total: stage.params.steps, unit: 'steps' });
    stage.metric('loss', sum, step);
    await others();
    times.push(performance.now() - began);
  }
  writeFileSync(stage.output('times'), JSON.stringify(times));
}
`;

const project = await mkdtemp(path.join(tmpdir(), 'bench-serve-'));
try {
  await writeFile(path.join(project, 'train.mjs'), STAGE);
  await writeFile(
    path.join(project, 'pipeline.json'),
    JSON.stringify({
      name: 'steps',
      stages: {
        train: {
          module: './train.mjs',
          params: { steps: Number(values.steps) },
          outputs: { times: { file: 'times.json', publish: 'times.json' } },
        },
      },
    }),
  );
  const rounds = [];
  for (let number = 1; number <= Number(values.rounds); number++) {
    const round = { without: await medianStep(), ...(await watchedStep()) };
    rounds.push(round);
    console.log(`round ${number} of ${values.rounds}: ${text(round)}`);
  }
  const medianOf = (part) => median(rounds.map((round) => round[part]));
  const [without, watched, share] = ['without', 'watched', 'share'].map(medianOf);
  console.log(`medians: ${text({ without, watched, share })}; ${(watched / without).toFixed(3)} times`);
} finally {
  await rm(project, { recursive: true, force: true, maxRetries: 10 });
}

async function medianStep() {
  const child = spawn('node', [command, 'run', '--force', '--progress', 'quiet'], { cwd: project, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`The run ended with ${code}.`);
  return median(JSON.parse(await readFile(path.join(project, 'times.json'), 'utf8')));
}

/** The median step while a page is open, and the share of a core that the server takes. */
async function watchedStep() {
  const server = spawn('node', [command, 'serve'], { cwd: project, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const reader = http.get(`${await addressOf(server)}events`, (response) => response.resume());
    reader.on('error', () => undefined);
    const before = { at: performance.now(), busy: busySeconds(server.pid) };
    const watched = await medianStep();
    const share = (busySeconds(server.pid) - before.busy) / ((performance.now() - before.at) / 1000);
    reader.destroy();
    return { watched, share };
  } finally {
    server.kill();
  }
}

function text({ without, watched, share }) {
  return (
    `step without the page ${without.toFixed(2)} ms, with it ${watched.toFixed(2)} ms; ` +
    `the server takes ${(100 * share).toFixed(2)} % of a core`
  );
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
