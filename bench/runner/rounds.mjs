// Measures tools in turns: each round runs every tool once, so that a slow phase of the machine affects all tools.
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { floorOf } from './floors.mjs';
import { median, seconds, times } from './table.mjs';
import { shareInputs } from './workload.mjs';

/**
 * @returns for each tool and the floor: its seconds in each round. The first tool is the one that others are compared
 * with.
 */
export async function inTurns(workload, tools, folder) {
  const inputs = join(folder, 'inputs');
  mkdirSync(inputs, { recursive: true });
  workload.make(inputs);
  const projects = [...tools, floorOf(workload)].map((tool) => ({
    tool,
    place: join(folder, tool.name.replaceAll(/\W+/g, '-')),
    wall: [],
    cpu: [],
  }));
  for (const { tool, place } of projects) {
    shareInputs(inputs, place);
    tool.prepare(place, workload);
  }
  // Once unmeasured: everything is loaded, everything is up to date, and files are old enough to be trusted.
  for (const { tool, place } of projects) timed(tool, place, workload);
  await setTimeout(100);
  for (const { tool, place } of projects) timed(tool, place, workload);

  for (let round = 0; round < workload.rounds; round++) {
    for (const { tool, place, wall, cpu } of projects) {
      if (workload.first) tool.forget(place, workload);
      const before = stateOf(tool, place, workload);
      const took = timed(tool, place, workload);
      if (tool.works && (stateOf(tool, place, workload) !== before) !== workload.first) {
        throw new Error(
          `${tool.name} ` +
            `${workload.first ? 'did nothing, although it was a first run' : 'ran something, although there was nothing to do'}.`,
        );
      }
      wall.push(took.wall);
      cpu.push(took.cpu);
    }
  }
  return projects.map(({ tool, wall, cpu }) => ({ name: tool.name, wall, cpu }));
}

/** Whole command, from its start to its end; the processor time includes all processes that it started. */
function timed(tool, place, workload) {
  const { command, env } = tool.run(place, workload);
  const script = `TIMEFORMAT='%R %U %S'; time "$@" > command.log 2>&1`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd: place,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${tool.name} failed with exit code ${status}; see ${join(place, 'command.log')}.`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Changes when the last stage is executed. */
function stateOf(tool, place, { stages }) {
  if (!tool.works) return undefined;
  return statSync(join(place, stages.at(-1).writes), { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}

export const COMPARISON_COLUMNS = ['', 'median', 'fastest to slowest', 'processor time', 'ratio'];

/** A ratio is the median of the rounds' own ratios: a slow round does not count. */
export function compared([ours, ...others]) {
  return [ours, ...others].map(({ name, wall, cpu }) => [
    name,
    seconds(median(wall)),
    `${seconds(Math.min(...wall))} to ${seconds(Math.max(...wall))}`,
    seconds(median(cpu)),
    times(median(wall.map((each, round) => each / ours.wall[round]))),
  ]);
}
