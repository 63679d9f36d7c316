#!/usr/bin/env node
// Exports a study to a real MLflow server, twice and cut off, and reads it back with MLflow's own client:
//   node scripts/watched-by-mlflow.mjs BIN      the folder of programs of an environment with mlflow
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { Comparison, eventually, freePort, makeProject } from './watching/project.mjs';

const [bin = ''] = process.argv.slice(2);
const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, MLFLOW_DISABLE_TELEMETRY: 'true' };
const project = makeProject();
const comparison = new Comparison();
const port = await freePort();
const uri = `http://127.0.0.1:${port}`;
const server = spawn(
  path.join(bin, 'mlflow'),
  [
    'server',
    '--backend-store-uri',
    `sqlite:///${project.at('server.db')}`,
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--workers',
    '1',
  ],
  { cwd: project.root, detached: true, stdio: 'ignore', env: { ...process.env, ...env } },
);
try {
  await project.runWithInterruption();
  await eventually('MLflow', async () => ((await fetch(`${uri}/health`)).ok ? true : undefined));
  await cutOff();
  const first = await exported(uri);
  comparison.same('results that were sent', [first.sent, first.known], [3, 1]);
  const runs = await readRuns(uri);
  await compareRuns(runs);
  const second = await exported(uri);
  comparison.same('results that were sent again', [second.sent, second.known, second.files], [0, 4, 0]);
  comparison.same('runs after a second export', await readRuns(uri), runs);
  await exportedToFile(runs);
} finally {
  process.kill(-server.pid, 'SIGKILL');
  project.remove();
}
comparison.end('MLflow');

async function exported(to, words = [], more = {}) {
  const { stdout } = await project.pipeline(['export', 'mlflow', '--to', to, '--json', ...words], { ...env, ...more });
  return JSON.parse(stdout);
}

async function readRuns(address, experiment = 'watched-study') {
  const words = [path.join(import.meta.dirname, 'watching/read_runs.py'), address, experiment];
  const { stdout } = await promisify(execFile)(path.join(bin, 'python'), words, {
    env: { ...process.env, ...env },
    cwd: project.root,
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A connection that breaks at the 9th request leaves a run that is begun, which the next export completes. */
async function cutOff() {
  let left = 9;
  const seen = [];
  const proxy = http.createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (left-- <= 0) return void request.socket.destroy();
    const { method, headers, url } = request;
    const forwarded = http.request(
      `${uri}${url}`,
      { method, headers: { ...headers, host: `127.0.0.1:${port}` } },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forwarded);
  });
  proxy.listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  const token = 'a-token-that-nobody-may-see';
  const fault = await exported(`http://127.0.0.1:${proxy.address().port}`, [], { MLFLOW_TRACKING_TOKEN: token }).then(
    () => undefined,
    (error) => error,
  );
  proxy.close();
  comparison.same('exit code of an export that is cut off', fault?.code, 4);
  comparison.same('the token is sent with each request', [...new Set(seen)], [`Bearer ${token}`]);
  comparison.same('the token is printed', `${fault?.stdout}${fault?.stderr}`.includes(token), false);
  const left_ = (await readRuns(uri)).filter(({ status }) => status !== 'FINISHED').length;
  comparison.same('runs that are begun', left_ > 1, true);
}

async function compareRuns(runs) {
  const ids = ['ingest', 'report', 'train:seed=0', 'train:seed=1'];
  comparison.same(
    'runs',
    runs.map(({ name }) => name),
    [...ids, 'watched-study'],
  );
  comparison.same('their ends', [...new Set(runs.map(({ status }) => status))], ['FINISHED']);
  const parent = runs.at(-1);
  for (const run of runs.slice(0, -1)) {
    const record = await project.record(run.name);
    comparison.same(`parent of ${run.name}`, run.tags['mlflow.parentRunId'], parent.id);
    comparison.same(`fingerprint of ${run.name}`, run.tags['pretext.fingerprint'], record.fingerprint);
    comparison.same(`start of ${run.name}`, run.started, Date.parse(record.execution.started));
    for (const [name, { digest }] of Object.entries(record.outputs))
      comparison.same(`output ${name} of ${run.name}`, run.tags[`pretext.output.${name}`], digest);
    if (run.name.startsWith('train')) await compareTraining(run, record);
  }
  comparison.same('metrics of the report', Object.keys(runs[1].metrics), ['scores/auc']);
  comparison.same(
    'artifacts of the report',
    runs[1].artifacts.map(([name]) => name),
    ['page/report.txt', 'scores/scores.json'],
  );
  comparison.same('artifacts of the images', runs[0].artifacts, []);
}

async function compareTraining(run, { axes }) {
  const { go, ...params } = Object.fromEntries(Object.entries(run.params).sort());
  comparison.same(
    `params of ${run.name}`,
    [go !== undefined, params],
    [
      true,
      {
        'axis.seed': String(axes.seed),
        'learning rate': '0.1',
        'schedule.kind': 'cosine',
        'schedule.warmup': '3',
        steps: '300',
      },
    ],
  );
  const wanted = {};
  const numbers = (await project.series(run.name)).filter(({ value }) => typeof value === 'number' || value === null);
  for (const { name, value, step, time } of numbers)
    (wanted[name] ??= []).push([step ?? wanted[name]?.length ?? 0, value, time]);
  const sorted = (metrics) =>
    Object.keys(metrics)
      .sort()
      .map((key) => [key, metrics[key].toSorted((a, b) => a[0] - b[0])]);
  comparison.same(`metrics of ${run.name}`, sorted(run.metrics), sorted(wanted));
  comparison.same(`artifacts of ${run.name}`, run.artifacts, [['weights/weights.bin', 4096]]);
}

/** The same runs in a database of its own, by the server that the command starts. */
async function exportedToFile(runs) {
  const to = 'sqlite:///results/mlflow.db';
  const first = await exported(to, ['--artifacts', 'all']);
  comparison.same('results that were sent to a file', [first.sent, first.known, first.files], [4, 0, 6]);
  const second = await exported(to, ['--artifacts', 'all']);
  comparison.same('results that were sent to a file again', [second.sent, second.known], [0, 4]);
  const found = await readRuns(`sqlite:///${project.at('results/mlflow.db')}`);
  const contents = (all) => all.map(({ name, params, metrics }) => ({ name, params, metrics }));
  comparison.same('runs in the file', contents(found), contents(runs));
  comparison.same('a folder of artifacts beside the file', existsSync(project.at('results/mlartifacts')), true);
}
