#!/usr/bin/env node
// Compares event files with the stored series through TensorBoard's own reader, and through its server:
//   node scripts/watched-by-tensorboard.mjs BIN      the folder of programs of an environment with tensorboard
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Comparison, eventually, freePort, makeProject } from './watching/project.mjs';

const [bin = ''] = process.argv.slice(2);
const project = makeProject({ tensorboard: 'boards' });
const comparison = new Comparison();
try {
  await project.runWithInterruption();
  const runs = readdirSync(project.at('boards')).flatMap((instance) =>
    readdirSync(project.at(`boards/${instance}`)).map((run) => `${instance}/${run}`),
  );
  comparison.same(
    'runs',
    runs.map((run) => run.split('/')[0]),
    ['train@seed=0', 'train@seed=1'],
  );
  comparison.same('files of the interrupted run', readdirSync(project.at(`boards/${runs[1]}`)).length, 2);
  const wanted = {};
  for (const [seed, run] of runs.entries()) wanted[run] = scalarsOf(await project.series(`train:seed=${seed}`));
  compareReader(runs, wanted);
  for (const options of [[], ['--load_fast=false']]) await compareServer(runs, wanted, options);
} finally {
  project.remove();
}
comparison.end('TensorBoard');

/** Step, value in single precision and time of each scalar, by tag. */
function scalarsOf(points) {
  const scalars = {};
  const numbers = points.filter(({ value }) => typeof value === 'number' || value === null);
  for (const { name, value, step, time } of numbers) {
    const tag = (scalars[name] ??= []);
    tag.push([step ?? tag.length, value === null ? null : Math.fround(value), time / 1000]);
  }
  return scalars;
}

function compareReader(runs, wanted) {
  const places = runs.map((run) => project.at(`boards/${run}`));
  const answer = execFileSync(path.join(bin, 'python'), [path.join(import.meta.dirname, 'watching/read_events.py')], {
    input: `${places.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = JSON.parse(answer);
  for (const [i, run] of runs.entries()) {
    const { scalars, cuts, good, fewest } = answers[places[i]];
    comparison.same(`tags of ${run}`, Object.keys(scalars).sort(), Object.keys(wanted[run]).sort());
    for (const [tag, points] of Object.entries(wanted[run])) comparison.same(`${tag} of ${run}`, scalars[tag], points);
    comparison.same(`cut files of ${run}`, good, cuts);
    comparison.same(`an empty file of ${run}`, fewest, 0);
  }
}

async function compareServer(runs, wanted, options) {
  const port = await freePort();
  const words = ['--logdir', project.at('boards'), '--host', '127.0.0.1', '--port', String(port), ...options];
  const server = spawn(path.join(bin, 'tensorboard'), words, { stdio: 'ignore' });
  const ask = async (name) => {
    const response = await fetch(`http://127.0.0.1:${port}/data/plugin/scalars/${name}`);
    return response.ok ? JSON.parse((await response.text()).replaceAll(/\bNaN\b/g, 'null')) : undefined;
  };
  try {
    const tags = await eventually(`TensorBoard ${options}`, async () => {
      const found = await ask('tags');
      return runs.every((run) => 'seconds' in (found?.[run] ?? {})) ? found : undefined;
    });
    for (const run of runs) {
      comparison.same(`tags of ${run} by the server`, Object.keys(tags[run]).sort(), Object.keys(wanted[run]).sort());
      const tag = 'validation/accuracy';
      const points = await ask(`scalars?run=${encodeURIComponent(run)}&tag=${encodeURIComponent(tag)}`);
      const found = points.map(([time, step, value]) => [step, Math.fround(value), time]);
      comparison.same(`${tag} of ${run} by the server`, found, wanted[run][tag]);
    }
  } finally {
    server.kill();
    await new Promise((resolve) => server.once('close', resolve));
  }
}
