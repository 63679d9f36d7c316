/**
 * Brings a pipeline of commands up to date without starting any of them: 10,000 processes would take a quarter of an
 * hour.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadPipeline } from '../../src/runner/config/load.ts';
import { lockFileOf } from '../../src/runner/config/lock-file.ts';
import type { Executor } from '../../src/runner/execution/executor.ts';
import { LocalAttempts } from '../../src/runner/execution/local-attempts.ts';
import { runPipeline } from '../../src/runner/execution/run.ts';
import { openPipeline } from '../../src/runner/open-pipeline.ts';
import { thisMachine } from '../../src/runner/resources/machine.ts';

/** Writes the output of the command: one output, named `out`. */
const writing: Executor = {
  start({ environment, log }) {
    writeFileSync(log, '');
    writeFileSync(environment.PIPELINE_OUTPUT_OUT!, `${JSON.stringify(environment)}\n`);
    return { ended: Promise.resolve({ kind: 'exit', code: 0 }), stop: () => undefined };
  },
  endOrphans: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

export async function fill(file: string): Promise<void> {
  const loaded = await loadPipeline(file, { set: [] });
  if (!loaded.ok) throw new Error(loaded.error.diagnostics[0]!.message);
  const { pipeline } = loaded.value;
  const opened = await openPipeline(pipeline, {
    storeFolder: path.join(pipeline.root, 'cache'),
    lockFile: lockFileOf(file),
    executes: true,
  });
  if (!opened.ok) throw new Error(opened.error[0]!.message);
  const options = {
    jobs: 4,
    slots: {},
    keepGoing: false,
    force: new Set<never>(),
    upstream: new Set<never>(),
    requireGpu: false,
    findCardEngine: () => Promise.resolve({ kind: 'usable' as const, engine: 'none' }),
    graceMs: 0,
  };
  const attempts = new LocalAttempts({
    executor: writing,
    hostProgram: '',
    machine: () => Promise.resolve(thisMachine({ kind: 'none' })),
  });
  const summary = await runPipeline(
    opened.value,
    pipeline.instances,
    options,
    () => undefined,
    new AbortController().signal,
    { attempts, leftAttempts: { find: () => undefined } },
  );
  await opened.value.close();
  if (summary.outcome !== 'done')
    throw new Error(`The pipeline could not be filled: ${JSON.stringify(summary.counts)}`);
}
