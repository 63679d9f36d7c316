/** Checks of the machine: Node.js, processor, memory, git. */
import os from 'node:os';
import { execa } from 'execa';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { bad, doubtful, good, type Finding } from './finding.ts';

const OLDEST_NODE = [20, 19] as const;
const SMALL_MEMORY = 4 * 1024 ** 3;

export function node(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const supported = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (supported) return good('node', version);
  return bad(
    'node',
    `${version} is older than ${OLDEST_NODE.join('.')}`,
    'Install a supported version from nodejs.org or with a version manager.',
  );
}

export function processor(): Finding {
  const cores = os.availableParallelism();
  return good('processor', `${count(cores, 'core')}, ${os.cpus()[0]?.model.trim() ?? os.arch()}`);
}

/** The memory that this process may use; a container's limit counts. */
export function memory(): Finding {
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
  const message = `${bytes(total)}, ${bytes(os.freemem())} free`;
  return total >= SMALL_MEMORY
    ? good('memory', message)
    : doubtful(
        'memory',
        message,
        'Training wants 4 GiB and more: run one job at a time (--jobs 1) or find a larger machine.',
      );
}

export async function git(folder: string): Promise<Finding> {
  const version = await execa('git', ['--version'], { reject: false });
  if (version.exitCode !== 0)
    return doubtful('git', 'not found', 'Install git: the lockfile is meant to be committed.');
  const inside = await execa('git', ['rev-parse', '--is-inside-work-tree'], { reject: false, cwd: folder });
  const name = version.stdout.replace('git version ', '');
  return inside.exitCode === 0
    ? good('git', name)
    : doubtful(
        'git',
        `${name}, but this folder is not in a repository`,
        'git init, and commit the pipeline file and its lockfile.',
      );
}
