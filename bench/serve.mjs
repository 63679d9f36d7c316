/**
 * The cost of `pipeline serve`: the share of a core that the server takes, and the time of a training step with and
 * without a page that is open. The stage reports progress and a metric after each step, more often than a training does.
 * Rounds with and without the page take turns, because the load of the machine changes.
 *
 *     npm run bench -- serve [--rounds N] [--steps N]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;
const command = path.resolve(import.meta.dirname, '../dist/cli/main.js');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, steps: { type: 'string', default: '400' } },
});

const STAGE = `import { writeFileSync } from 'node:fs';
import { setImmediate as others } from 'node:timers/promises';
export default async function (stage) {
  const times = [];
  let sum = 0;
  for (let step = 1; step <= stage.params.steps; step++) {
    const began = performance.now();
    for (let i = 0; i < 4e6; i++) sum += Math.sqrt(i + sum % 2);
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
  const found = { with: [], without: [], share: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    found.without.push(await medianStep());
    const server = await startServer();
    const reader = http.get(`${server.address}events`, (response) => response.resume());
    reader.on('error', () => undefined);
    const before = { at: performance.now(), busy: busySeconds(server.child.pid) };
    found.with.push(await medianStep());
    found.share.push((busySeconds(server.child.pid) - before.busy) / ((performance.now() - before.at) / 1000));
    reader.destroy();
    server.child.kill();
  }
  const [slow, fast] = [median(found.with), median(found.without)];
  console.log(
    `median step without the page: ${fast.toFixed(2)} ms; with it: ${slow.toFixed(2)} ms (${(slow / fast).toFixed(3)} times)`,
  );
  console.log(
    `rounds without: ${found.without.map((ms) => ms.toFixed(2)).join(' ')}; with: ${found.with.map((ms) => ms.toFixed(2)).join(' ')}`,
  );
  console.log(`share of a core that the server takes: ${(100 * median(found.share)).toFixed(2)} %`);
} finally {
  await rm(project, { recursive: true, force: true, maxRetries: 10 });
}

async function medianStep() {
  const child = spawn('node', [command, 'run', '--force', '--progress', 'quiet'], { cwd: project, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`The run ended with ${code}.`);
  return median(JSON.parse(await readFile(path.join(project, 'times.json'), 'utf8')));
}

function startServer() {
  const child = spawn('node', [command, 'serve'], { cwd: project, stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('\n')) resolve({ child, address: said.split('\n')[0] });
    });
  });
}

/** Processor time of a process: user and system. */
function busySeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
