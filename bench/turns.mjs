// Programs that stay alive and take turns, so that other load of the machine affects all of them.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A paused program would stay forever. The remaining ones are killed at any end of this program. */
const alive = new Set();
process.on('exit', () => {
  for (const pid of alive) signal([pid], 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(1));

/**
 * Starts a program that writes a line of JSON when it is ready, then answers every line it is given with a line of
 * JSON. Between its turns it is paused with all that it started, as helpers of its own may work ahead in the turn of
 * another.
 */
export async function start([program, ...words]) {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  alive.add(child.pid);
  child.on('exit', () => alive.delete(child.pid));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${[program, ...words].join(' ')} ended early. Run it by itself to see why.`);
    signal(await familyOf(child.pid), 'SIGSTOP');
    return JSON.parse(value);
  };
  const about = await next();
  return {
    ...about,
    /** Its answer to `line`. */
    ask: async (line) => {
      signal(await familyOf(child.pid), 'SIGCONT');
      child.stdin.write(`${line}\n`);
      return next();
    },
    /**
     * The usage of this process and its children until now: seconds of processor time, and the sum of their peaks of
     * resident bytes. Null without /proc.
     */
    usage: async () => {
      const family = await Promise.all((await familyOf(child.pid)).map((pid) => usageOf(pid)));
      return process.platform === 'linux'
        ? {
            seconds: sum(family.map(({ seconds }) => seconds)),
            peakBytes: sum(family.map(({ peakBytes }) => peakBytes)),
          }
        : null;
    },
    end: async () => signal((await familyOf(child.pid)).reverse(), 'SIGKILL'),
  };
}

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** A process and its descendants; without /proc, the process alone. */
async function familyOf(pid) {
  const parents = new Map();
  const pids = process.platform === 'linux' ? (await readdir('/proc')).filter((name) => /^\d+$/.test(name)) : [];
  for (const each of pids) parents.set(Number(each), Number((await statOf(each))[1]));
  const family = [pid];
  for (const ancestor of family)
    family.push(...[...parents].filter(([, parent]) => parent === ancestor).map(([child]) => child));
  return family;
}

async function usageOf(pid) {
  const fields = await statOf(pid);
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  // Hertz is 100 on every Linux that Node runs on.
  return {
    seconds: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100,
    peakBytes: 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0),
  };
}

/** The fields behind the command's name; none if the process has ended. */
async function statOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/**
 * Speeds of steps of `milliseconds`, sorted. The best of many shows the machine's limit, the median its present state.
 */
export function speeds(milliseconds, images) {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return { best: (1000 * images) / sorted[0], median: (1000 * images) / sorted[sorted.length >> 1] };
}

export const MiB = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

export const CORES = availableParallelism();
