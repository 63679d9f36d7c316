import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { account, campaign, table } from './faults/campaign.ts';

const COMMAND = path.resolve(import.meta.dirname, '../dist/cli/main.js');

/** `npm run faults` draws other moments, for the given time. */
const SEED = 4;

test('after a fault at any moment of a run, the next run ends as if nothing had happened', async ({ skip }) => {
  if (!existsSync(COMMAND)) throw new Error('The command is not built: npm run build.');
  const ended = await campaign({
    seed: SEED,
    seconds: 15,
    command: COMMAND,
    source: path.join(import.meta.dirname, 'faults', 'fault.c'),
  });
  if (!ended.ok) return skip(ended.error);
  console.log(table(ended.value));
  expect(ended.value.failed.map(account)).toEqual([]);
});
