// Push and pull beside DVC on the same servers: many small files, and one large one. `npm run bench -- remote`.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '50000' },
    large: { type: 'string', default: '1024' }, // MiB
    kinds: { type: 'string', default: 'ssh,s3' },
    rounds: { type: 'string', default: '1' }, // the median counts
    dvc: { type: 'string' }, // its program; else it is installed
    peers: { type: 'string', default: 'DVC' },
  },
});
const command = path.join(import.meta.dirname, '../dist/cli/main.js');
const root = mkdtempSync(path.join(os.tmpdir(), 'bench-remote-'));
const rows = [];

const helpers = path.join(import.meta.dirname, `.remote-${process.pid}.mjs`);
await build({
  entryPoints: [path.join(import.meta.dirname, '../src/runner/remote/servers.test-support.ts')],
  outfile: helpers,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const servers = [];
try {
  const { s3Missing, sshMissing, startS3, startSsh } = await import(helpers);
  const dvc = values.peers === '' ? undefined : (values.dvc ?? installDvc());
  const workloads = [
    { name: `${values.files} x 4 KiB`, make: (folder) => makeSmall(folder, Number(values.files)) },
    { name: `1 x ${values.large} MiB`, make: (folder) => makeLarge(folder, Number(values.large)) },
  ].filter((_, i) => Number([values.files, values.large][i]) > 0);
  for (const kind of values.kinds.split(',')) {
    const missing = { ssh: sshMissing, s3: s3Missing }[kind]();
    if (missing !== undefined) {
      console.log(`${kind} is left out: ${missing}`);
      continue;
    }
    const server = await { ssh: startSsh, s3: startS3 }[kind](path.join(root, kind));
    servers.push(server);
    for (const workload of workloads) {
      const rounds = [];
      for (let round = 0; round < Number(values.rounds); round++)
        rounds.push(measure(kind, server, workload, dvc, `${kind}-${rows.length}-${round}`));
      rows.push(medianOf(rounds));
    }
  }
  console.log(table(rows));
  console.log(
    `load average ${os
      .loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}, ${os.cpus().length} cores`,
  );
} finally {
  for (const server of servers) server.stop();
  rmSync(root, { recursive: true, force: true });
  rmSync(helpers, { force: true });
}

function installDvc() {
  const folder = path.join(os.tmpdir(), 'pretext-bench-dvc');
  if (!existsSync(path.join(folder, 'bin/dvc'))) {
    execFileSync('python3', ['-m', 'venv', folder]);
    execFileSync(path.join(folder, 'bin/pip'), ['install', '--quiet', 'dvc[s3,ssh]==3.67.1'], { stdio: 'inherit' });
  }
  return path.join(folder, 'bin/dvc');
}

/** @param label of this measurement, for names of folders and buckets */
function measure(kind, server, { name, make }, dvc, label) {
  const place = path.join(root, label);
  const row = { kind, name };
  const source = path.join(place, 'source');
  mkdirSync(source, { recursive: true });
  make(source);
  row.copy = timed(() => execFileSync('cp', ['-r', source, path.join(place, 'copy')]));
  Object.assign(row, measureOurs(kind, server, place, source, label));
  if (dvc) Object.assign(row, measureDvc(kind, server, place, source, label, dvc));
  console.log(JSON.stringify(row));
  rmSync(place, { recursive: true, force: true });
  return row;
}

/** The median of each time. */
function medianOf(rounds) {
  const median = (key) => {
    const sorted = rounds.map((row) => row[key]).sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  };
  const [{ kind, name, ...times }] = rounds;
  return { kind, name, ...Object.fromEntries(Object.keys(times).map((key) => [key, median(key)])) };
}

function measureOurs(kind, server, place, source, label) {
  const [here, there] = [path.join(place, 'ours'), path.join(place, 'ours-clone')];
  const env = { ...process.env, ...server.env };
  const run = (cwd, ...words) =>
    execFileSync(process.execPath, [command, ...words], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const folder = remoteFolder(kind, 'ours', place);
  const url = kind === 'ssh' ? `ssh://test${folder}` : `s3://lab/ours-${label}`;
  for (const project of [here, there]) {
    mkdirSync(project);
    const stages = { a: { command: 'true > ${outputs.o}', outputs: { o: 'o' } } };
    writeFileSync(path.join(project, 'pipeline.json'), JSON.stringify({ name: 'bench', stages }));
    writeFileSync(path.join(project, '.pipelinerc.json'), JSON.stringify({ remotes: { far: url } }));
  }
  execFileSync('cp', ['-r', source, path.join(here, 'data')]);
  const add = timed(() => run(here, 'data', 'add', 'data'));
  const push = timed(() => run(here, 'push'));
  execFileSync('cp', [path.join(here, 'data.data.json'), there]);
  const fetch = timed(() => run(there, 'fetch'));
  return { add, push, fetch };
}

function measureDvc(kind, server, place, source, label, dvc) {
  const here = path.join(place, 'dvc');
  mkdirSync(here);
  const env = { ...process.env, ...server.env, DVC_NO_ANALYTICS: '1' };
  const run = (...words) => execFileSync(dvc, words, { cwd: here, env, stdio: ['ignore', 'ignore', 'inherit'] });
  run('init', '-q', '--no-scm');
  if (kind === 'ssh') {
    run(
      'remote',
      'add',
      '-q',
      '-d',
      'far',
      `ssh://${os.userInfo().username}@127.0.0.1:${server.port}${remoteFolder(kind, 'dvc', place)}`,
    );
    run('remote', 'modify', '-q', 'far', 'keyfile', path.join(root, 'ssh/client_key'));
  } else {
    run('remote', 'add', '-q', '-d', 'far', `s3://lab/dvc-${label}`);
    run('remote', 'modify', '-q', 'far', 'endpointurl', `http://127.0.0.1:${server.port}`);
  }
  execFileSync('cp', ['-r', source, path.join(here, 'data')]);
  const dvcAdd = timed(() => run('add', '-q', 'data'));
  const dvcPush = timed(() => run('push', '-q'));
  rmSync(path.join(here, '.dvc/cache'), { recursive: true });
  const dvcFetch = timed(() => run('fetch', '-q'));
  return { dvcAdd, dvcPush, dvcFetch };
}

function remoteFolder(kind, name, place) {
  const folder = path.join(place, `far-${name}`);
  if (kind === 'ssh') mkdirSync(folder);
  return folder;
}

function makeSmall(folder, files) {
  const bytes = Buffer.alloc(4096);
  for (let i = 0; i < files; i++) {
    const inner = path.join(folder, String(Math.floor(i / 1000)));
    if (i % 1000 === 0) mkdirSync(inner);
    writeFileSync(path.join(inner, `${i}.bin`), randomFillSync(bytes));
  }
}

function makeLarge(folder, mebibytes) {
  const descriptor = openSync(path.join(folder, 'large.bin'), 'w');
  const bytes = Buffer.alloc(1 << 20);
  for (let i = 0; i < mebibytes; i++) writeSync(descriptor, randomFillSync(bytes));
  closeSync(descriptor);
}

/** Seconds, until the data is on the disk. */
function timed(work) {
  spawnSync('sync');
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

function table(all) {
  const seconds = (value) => (value === undefined ? '' : value.toFixed(1));
  const ratio = (theirs, ours) => (theirs === undefined ? '' : `${(theirs / ours).toFixed(1)} x`);
  return [
    '| server | files | `cp -r` | push | DVC push | ratio | fetch | DVC fetch | ratio | add | DVC add |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...all.map(
      ({ kind, name, copy, push, dvcPush, fetch, dvcFetch, add, dvcAdd }) =>
        `| ${[kind, name, seconds(copy), seconds(push), seconds(dvcPush), ratio(dvcPush, push), seconds(fetch), seconds(dvcFetch), ratio(dvcFetch, fetch), seconds(add), seconds(dvcAdd)].join(' | ')} |`,
    ),
  ].join('\n');
}
