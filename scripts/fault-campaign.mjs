#!/usr/bin/env node
// Injects faults into the built command for a while: `npm run faults -- [--seconds 60] [--seed N] [--only 'power
// cut']`; docs/faults.md explains them.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', multiple: true },
    verbose: { type: 'boolean', default: false },
  },
});
const root = path.join(import.meta.dirname, '..');

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(path.join(root, 'test', '.faults-'));
try {
  const outfile = path.join(folder, 'campaign.mjs');
  await build({
    entryPoints: [path.join(root, 'test/faults/campaign.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const { campaign, table, account } = await import(outfile);
  console.log(`seed ${values.seed}`);
  const ended = await campaign({
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    ...(values.only && { kinds: values.only }),
    command: path.join(root, 'dist/cli/main.js'),
    source: path.join(root, 'test/faults/fault.c'),
    tell: (trial, number) => {
      if (values.verbose || trial.losses.length > 0) console.log(`${number} ${account(trial)}`);
    },
  });
  if (ended.ok) console.log(table(ended.value));
  else console.log(`Skipped: ${ended.error}.`);
  process.exitCode = ended.ok && ended.value.failed.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
