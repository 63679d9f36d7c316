#!/usr/bin/env node
// Takes over versions that DVC itself has made, and compares every file: `node scripts/data-from-dvc.mjs DVC`. DVC is
// the path of its program.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [dvc = 'dvc'] = process.argv.slice(2);
const command = path.join(import.meta.dirname, '../dist/cli/main.js');
const root = mkdtempSync(path.join(os.tmpdir(), 'data-from-dvc-'));
const run = (program, ...words) =>
  execFileSync(program, words, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...GIT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const GIT = {
  GIT_AUTHOR_NAME: 't',
  GIT_AUTHOR_EMAIL: 't@example.org',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@example.org',
};

try {
  run('git', 'init', '-q');
  run(dvc, 'init', '-q');
  writeFileSync(
    path.join(root, 'pipeline.json'),
    JSON.stringify({ name: 'dvc', stages: { a: { command: 'ls > ${outputs.o}', outputs: { o: 'o' } } } }),
  );
  const states = [];
  for (const version of [1, 2, 3]) {
    mkdirSync(path.join(root, 'data/images'), { recursive: true });
    for (let i = 0; i < 20; i++)
      writeFileSync(path.join(root, `data/images/${i}.png`), `image ${i} ${i < version * 5 ? version : 0}`);
    writeFileSync(path.join(root, 'data/labels.csv'), `id,dx\r\na,${version}\r\n`);
    writeFileSync(path.join(root, 'table.csv'), `x\n${version}\n`);
    run(dvc, 'add', '-q', 'data', 'table.csv');
    run('git', 'add', '.');
    run('git', 'commit', '-qm', `version ${version}`);
    states.push(stateOf());
  }
  run(process.execPath, command, 'data', 'import', 'data.dvc', 'table.csv.dvc');
  const listed = JSON.parse(run(process.execPath, command, 'data', 'list', '--json'));
  const faults = [];
  for (const target of ['data', 'table.csv']) {
    const versions = listed.filter((each) => each.path === target).reverse();
    if (versions.length !== 3) faults.push(`${target}: ${versions.length} versions instead of 3`);
    for (const [i, { version }] of versions.entries()) {
      run(process.execPath, command, 'data', 'checkout', version, target);
      const [now, then] = [stateOf(), states[i]];
      for (const name of Object.keys(then).filter((each) => each.startsWith(target)))
        if (now[name] !== then[name]) faults.push(`${name} of version ${i + 1} differs`);
    }
  }
  for (const fault of faults) console.error(fault);
  console.log(
    `2 data sets of DVC with 3 versions each: ${faults.length === 0 ? 'all files are equal' : `${faults.length} faults`}`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}

function stateOf() {
  const files = readdirSync(path.join(root, 'data'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const names = [...files.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))), 'table.csv'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]));
}
