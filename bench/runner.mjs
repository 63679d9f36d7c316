// Measures the runner beside its peers: `npm run bench -- runner`. See docs/benchmarks.md.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installed } from './runner/install.mjs';
import { measurePlans, PLAN_COLUMNS } from './runner/plans.mjs';
import { COMPARISON_COLUMNS, compared, inTurns } from './runner/rounds.mjs';
import { heading, table } from './runner/table.mjs';
import { workloads } from './runner/workload.mjs';

const PARTS = ['small', 'large', 'first', 'plans'];
const PEERS = ['DVC', 'Snakemake', 'wireit'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false }, // small inputs, few rounds: does the benchmark itself work?
    markdown: { type: 'boolean', default: false },
    only: { type: 'string', default: PARTS.join(',') },
    peers: { type: 'string', default: PEERS.join(',') }, // '' for none
    tools: {
      type: 'string',
      default: join(process.env.XDG_CACHE_HOME ?? join(os.homedir(), '.cache'), 'pretext-bench'),
    },
  },
});
const parts = namesIn('only', PARTS);
const peers = namesIn('peers', PEERS);

const folder = await mkdtemp(join(os.tmpdir(), 'pretext-bench-'));
try {
  const tools = installed(values.tools, peers);
  console.log(heading(tools, values.markdown));
  for (const workload of workloads(values.quick)) {
    if (!parts.includes(workload.name)) continue;
    const measured = await inTurns(workload, tools, join(folder, workload.name));
    console.log(
      table(`${workload.title} (${workload.rounds} rounds)`, COMPARISON_COLUMNS, compared(measured), values.markdown),
    );
  }
  if (parts.includes('plans')) {
    console.log(
      table(
        'Nothing to do, many instances',
        PLAN_COLUMNS,
        await measurePlans(join(folder, 'plans'), values.quick),
        values.markdown,
      ),
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function namesIn(option, known) {
  const names = values[option].split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  console.error(`--${option}: there is no "${unknown}". Known are ${known.join(', ')}.`);
  process.exit(2);
}
