import { expect, test } from 'vitest';
import type { Failure } from '../formats/failure.ts';
import { failureText } from './failure-text.ts';

test.each<[Failure, string]>([
  [{ kind: 'exit', code: 1 }, 'exit 1'],
  [{ kind: 'exit', code: 1, message: 'Error: boom' }, 'exit 1: Error: boom'],
  [
    { kind: 'exit', code: 75, message: 'no card', fullDisk: { path: '/p/cache', freeBytes: 4096 } },
    'exit 75: no card; the disk of /p/cache is full (4 KiB free)',
  ],
  [
    { kind: 'signal', signal: 'SIGTERM', fullDisk: { path: '/p/cache', freeBytes: 0 } },
    'killed by SIGTERM; the disk of /p/cache is full (0 B free)',
  ],
  [{ kind: 'signal', signal: 'SIGKILL' }, 'killed by SIGKILL (if no user did, the system was out of memory)'],
  [{ kind: 'signal', signal: 'SIGTERM' }, 'killed by SIGTERM'],
  [{ kind: 'wrong-output', output: 'weights', finding: 'is a pipe' }, 'output weights is a pipe'],
  [{ kind: 'timeout', afterMs: 43_200_000 }, 'timed out after 12h 00m'],
  [
    { kind: 'missing-output', outputs: ['best-weights', 'curves'] },
    "did not write best-weights, curves; a command writes to ${outputs.best-weights} or $PIPELINE_OUTPUT_BEST_WEIGHTS, a module to stage.output('best-weights')",
  ],
  [
    { kind: 'missing-output', outputs: ['m'], written: ['results/m.json'] },
    "did not write m (it wrote results/m.json, and the result is not taken from there); a command writes to ${outputs.m} or $PIPELINE_OUTPUT_M, a module to stage.output('m')",
  ],
  [
    { kind: 'input-changed', paths: ['data/x.csv'] },
    'its result is not recorded, because data/x.csv changed while it ran; run again (if no user edited it, the stage ' +
      'did: a stage may write to its outputs only, or to files that "ignore" of the pipeline file names)',
  ],
  [{ kind: 'system', message: 'disk full' }, 'disk full'],
])('%j reads "%s"', (failure, text) => {
  expect(failureText(failure)).toBe(text);
});
