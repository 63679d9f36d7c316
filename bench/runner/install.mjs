// Installs the peers, once, into a folder outside the repository. One that cannot be installed is named and left out.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dvc, snakemake, thisRunner, wireit } from './tools.mjs';

/** Versions are fixed, so that a table can be repeated. */
const PEERS = {
  DVC: { version: '3.67.1', tool: dvc, install: pip },
  Snakemake: { version: '9.27.1', tool: snakemake, install: pip },
  wireit: { version: '0.14.13', tool: wireit, install: npm },
};

/** This runner, and those of the peers that are there or could be installed. */
export function installed(folder, names) {
  const tools = [thisRunner()];
  for (const name of names) {
    const { version, tool, install } = PEERS[name];
    const place = join(folder, `${name.toLowerCase()}-${version}`);
    try {
      if (!existsSync(place)) {
        console.error(`Installing ${name} ${version} into ${place} ...`);
        install(place, `${name.toLowerCase()}`, version);
      }
      tools.push({ ...tool(place), version });
    } catch (error) {
      rmSync(place, { recursive: true, force: true }); // half of it is no use to the next call
      console.error(`Left out: ${name} could not be installed. ${error.message.trim()}`);
    }
  }
  return tools;
}

function pip(place, name, version) {
  quietly('python3', ['-m', 'venv', place]);
  quietly(join(place, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `${name}==${version}`,
  ]);
}

function npm(place, name, version) {
  mkdirSync(place, { recursive: true });
  quietly('npm', ['install', '--prefix', place, '--no-audit', '--no-fund', `${name}@${version}`]);
}

function quietly(program, words) {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
