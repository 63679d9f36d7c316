import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test, onTestFinished } from 'vitest';
import type { Digest } from '../util/digest.ts';
import type { Fingerprint, InstanceId } from '../formats/identity.ts';
import { DamagedBlobError } from './store/damaged-blob-error.ts';
import { openPipeline } from './open-pipeline.ts';
import { EXECUTION, pipelineOf, project, type Bench, type Sketch, type Work } from './project.test-support.ts';

/** data -> pack -> train -> report, and pack publishes nothing while report does. */
const STAGES: Sketch = {
  pack: { inputs: { source: { kind: 'path', path: 'data', optional: false } }, outputs: { images: 'images.bin' } },
  train: {
    inputs: { images: { kind: 'output', producer: 'pack' as InstanceId, output: 'images' } },
    params: { rate: 0.5, net: { width: 8 } },
    outputs: { weights: 'weights.bin', curves: 'curves/' },
  },
  report: {
    inputs: {
      weights: { kind: 'output', producer: 'train' as InstanceId, output: 'weights' },
      curves: { kind: 'output', producer: 'train' as InstanceId, output: 'curves' },
    },
    outputs: { html: { file: 'index.html', publish: 'reports/index.html' } },
  },
};

const train = (text: string) => (bench: Bench) => {
  bench.write('weights', `weights from ${bench.read('images')}${text}`);
  bench.write('curves', 'curve', 'a/loss.csv');
};
const WORK: Work = {
  pack: (bench) => {
    bench.write('images', readFileSync(path.join(bench.sandbox.inputs.source as string, 'a.txt'), 'utf8'));
  },
  train: train(''),
  report: (bench) => {
    bench.write('html', `report on ${bench.read('weights')}`);
  },
};

function study(changes: Partial<Record<string, Partial<Sketch[string]>>> = {}) {
  const p = project({ files: { 'data/a.txt': 'pixels', 'data/b.txt': 'more' }, stages: STAGES });
  const changed = (more: typeof changes): Sketch =>
    Object.fromEntries(Object.entries(STAGES).map(([id, stage]) => [id, { ...stage, ...more[id] }]));
  p.change(changed(changes));
  return {
    ...p,
    alter: (more: typeof changes) => {
      p.change(changed(more));
    },
  };
}

const kinds = (plan: Map<string, { kind: string }>) =>
  Object.fromEntries([...plan].map(([id, { kind }]) => [id, kind]));
const reasonsOf = async (p: { plan(): Promise<Map<string, unknown>> }, id: string) =>
  ((await p.plan()).get(id) as { reasons?: unknown }).reasons;
const blobOf = (p: { read(file: string): string; at(...parts: string[]): string }, id: string, output: string) => {
  const lock = JSON.parse(p.read('pipeline.lock.json')) as {
    instances: Record<string, { outputs: Record<string, { digest: Digest }> }>;
  };
  const { digest } = lock.instances[id]!.outputs[output]!;
  return p.at('cache', 'objects', digest.slice(0, 2), digest.slice(2));
};
const spoil = (file: string, change: (bytes: Buffer) => Buffer) => {
  const bytes = readFileSync(file);
  chmodSync(file, 0o644);
  writeFileSync(file, change(bytes));
};
const flip = (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));

test('at first everything runs, after that everything is fresh, and nothing is written by finding that out', async () => {
  const p = study();
  expect(kinds(await p.plan())).toEqual({ pack: 'run', train: 'run', report: 'run' });
  expect(await reasonsOf(p, 'pack')).toEqual([{ kind: 'never-run' }]);
  expect(await reasonsOf(p, 'report')).toEqual([{ kind: 'never-run' }]);
  expect(await p.run(WORK)).toEqual({ pack: 'executed', train: 'executed', report: 'executed' });
  expect(p.read('reports/index.html')).toBe('report on weights from pixels');
  const written = () => statSync(p.at('pipeline.lock.json'), { bigint: true }).ctimeNs;
  const before = written();
  expect(await p.run({})).toEqual({ pack: 'fresh', train: 'fresh', report: 'fresh' });
  expect(written()).toBe(before);
  expect(readdirSync(p.at('cache', 'work'))).toEqual([]);
});

test('a changed parameter is named in values, and only what depends on it runs', async () => {
  const p = study();
  await p.run(WORK);
  p.alter({ train: { params: { rate: 0.1, net: { width: 8 }, decay: null } } });
  expect(await reasonsOf(p, 'train')).toEqual([
    { kind: 'param', path: 'decay', after: null },
    { kind: 'param', path: 'rate', before: 0.5, after: 0.1 },
  ]);
  expect(await p.run({ train: train('!'), report: WORK.report! })).toEqual({
    pack: 'fresh',
    train: 'executed',
    report: 'executed',
  });
  expect(p.read('reports/index.html')).toBe('report on weights from pixels!');
});

test('one changed file of an input folder is named, down to the file', async () => {
  const p = study();
  await p.run(WORK);
  p.write('data/b.txt', 'else');
  p.write('data/c.txt', 'new');
  expect(await reasonsOf(p, 'pack')).toMatchObject([
    {
      kind: 'input',
      input: 'source',
      path: 'data/b.txt',
      before: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      after: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    },
    { kind: 'input', input: 'source', path: 'data/c.txt' },
  ]);
});

test('where a stage runs again with the same results, its consumers stay fresh', async () => {
  const p = study();
  await p.run(WORK);
  p.write('data/b.txt', 'not used by pack');
  expect(kinds(await p.plan())).toEqual({ pack: 'run', train: 'run', report: 'run' });
  expect(await p.run({ pack: WORK.pack! })).toEqual({ pack: 'executed', train: 'fresh', report: 'fresh' });
});

test('going back to an earlier parameter restores instead of executing', async () => {
  const p = study();
  await p.run(WORK);
  p.alter({ train: { params: { rate: 0.1 } } });
  await p.run({ ...WORK, train: train('!') });
  p.alter({});
  expect(await reasonsOf(p, 'train')).toContainEqual({ kind: 'found-in-store' });
  expect(await p.run({})).toEqual({ pack: 'fresh', train: 'restored', report: 'restored' });
  expect(p.read('reports/index.html')).toBe('report on weights from pixels');
});

test('two stages that are one execution run once, and both are fresh from then on', async () => {
  const body = { kind: 'command', template: 'copy' } as const;
  const stages: Sketch = {
    one: { body, inputs: { it: { kind: 'path', path: 'data', optional: false } }, outputs: { copy: 'copy.bin' } },
    two: {
      body,
      inputs: { it: { kind: 'output', producer: 'one' as InstanceId, output: 'copy' } },
      outputs: { copy: 'copy.bin' },
    },
  };
  const p = project({ files: { data: 'pixels' }, stages });
  expect(
    await p.run({
      one: (bench) => {
        bench.write('copy', 'pixels');
      },
    }),
  ).toEqual({ one: 'executed', two: 'restored' });
  expect(await p.run({})).toEqual({ one: 'fresh', two: 'fresh' });
});

test('a lockfile from another checkout finds results in the store; without store everything runs again', async () => {
  const p = study();
  await p.run(WORK);
  const lock = p.read('pipeline.lock.json');
  rmSync(p.at('pipeline.lock.json'));
  expect(await p.run({})).toEqual({ pack: 'restored', train: 'restored', report: 'restored' });
  expect(p.read('pipeline.lock.json')).toBe(lock);
  rmSync(p.at('cache'), { recursive: true });
  expect(await reasonsOf(p, 'pack')).toEqual([{ kind: 'not-in-store' }]);
  expect(await p.run(WORK)).toEqual({ pack: 'executed', train: 'executed', report: 'executed' });
  expect(p.read('pipeline.lock.json')).toBe(lock);
});

test('force runs again, and a different result replaces the recorded one', async () => {
  const p = study();
  await p.run(WORK);
  expect((await p.plan(['train'])).get('train')).toMatchObject({ kind: 'run', reasons: [{ kind: 'forced' }] });
  expect(await p.run({ train: train('?'), report: WORK.report! }, ['train'])).toEqual({
    pack: 'fresh',
    train: 'executed',
    report: 'executed',
  });
  expect(await p.run({})).toEqual({ pack: 'fresh', train: 'fresh', report: 'fresh' });
});

test('an environment variable counts if it is declared, and its value is named', async () => {
  const p = study({ pack: { env: ['LEDGER_TEST'] } });
  process.env.LEDGER_TEST = 'one';
  await p.run(WORK);
  process.env.LEDGER_TEST = 'two';
  expect(await reasonsOf(p, 'pack')).toEqual([{ kind: 'env', name: 'LEDGER_TEST', before: 'one', after: 'two' }]);
  delete process.env.LEDGER_TEST;
  expect(await reasonsOf(p, 'pack')).toEqual([{ kind: 'env', name: 'LEDGER_TEST', before: 'one' }]);
});

test('a changed command, a renamed output and an added input are named', async () => {
  const p = study();
  await p.run(WORK);
  p.alter({
    pack: {
      body: { kind: 'command', template: 'other' },
      outputs: { images: 'renamed.bin' },
      inputs: { ...STAGES.pack!.inputs, extra: { kind: 'path', path: 'data/a.txt', optional: false } },
    },
  });
  expect(await reasonsOf(p, 'pack')).toMatchObject([
    { kind: 'command', before: 'make pack', after: 'other' },
    { kind: 'input', input: 'extra', path: 'data/a.txt' },
    { kind: 'outputs', message: 'output images: images.bin -> renamed.bin' },
  ]);
});

test('a missing input blocks its stage and all that need it, with the place where to get it; an optional one is null', async () => {
  const p = study({
    pack: { inputs: { source: { kind: 'path', path: 'none', optional: false, source: 'https://example.org' } } },
  });
  expect(await reasonsOf(p, 'pack')).toEqual([
    { kind: 'missing-input', input: 'source', path: 'none', source: 'https://example.org' },
  ]);
  expect((await p.plan()).get('train')).toEqual({
    kind: 'blocked',
    reasons: [{ kind: 'producer-blocked', input: 'images', producer: 'pack' }],
  });
  p.alter({ pack: { inputs: { source: { kind: 'path', path: 'none', optional: true } } } });
  const given: unknown[] = [];
  await p.run({
    ...WORK,
    pack: (bench) => {
      given.push(bench.sandbox.inputs.source);
      bench.write('images', 'x');
    },
  });
  expect(given).toEqual([null]);
});

test('a module that cannot be bundled blocks its stage with a diagnostic', async () => {
  const p = study({ pack: { body: { kind: 'module', module: 'stage.ts' } } });
  p.write('stage.ts', 'export default (;');
  expect(await reasonsOf(p, 'pack')).toMatchObject([
    { kind: 'broken-code', diagnostic: { code: 'module-syntax', location: { line: 1, column: 17 } } },
  ]);
});

test('a changed source of a module is named; a comment changes nothing', async () => {
  const p = study({ pack: { body: { kind: 'module', module: 'stage.ts' } } });
  p.write('stage.ts', `import { a } from './lib.ts';\nexport default () => a;`);
  p.write('lib.ts', 'export const a = 1;');
  expect(await p.run(WORK)).toMatchObject({ pack: 'executed' });
  p.write('lib.ts', '// A comment.\nexport  const a = 1;');
  expect(kinds(await p.plan())).toEqual({ pack: 'fresh', train: 'fresh', report: 'fresh' });
  p.write('lib.ts', 'export const a = 2;');
  expect(await reasonsOf(p, 'pack')).toEqual([{ kind: 'source', path: 'lib.ts', change: 'changed' }]);
});

test('the places that a stage is given bear the real names, and inputs of a folder are real files', async () => {
  const p = study();
  await p.run({
    ...WORK,
    report: (bench) => {
      const { inputs, outputs, checkpoint, resumed } = bench.sandbox;
      expect([
        path.basename(inputs.weights as string),
        path.basename(inputs.curves as string),
        path.basename(outputs.html!),
      ]).toEqual(['weights.bin', 'curves', 'index.html']);
      expect(
        readdirSync(path.join(inputs.curves as string, 'a'), { withFileTypes: true }).map((entry) => entry.isFile()),
      ).toEqual([true]);
      expect([statSync(checkpoint).isDirectory(), resumed]).toEqual([true, false]);
      bench.write('html', 'x');
    },
  });
});

test('gathered inputs come in order with their axes; a glob is a folder of what matches; null stays null', async () => {
  const p = project({
    files: { 'data/a.csv': 'A', 'data/x/b.csv': 'B', 'data/c.txt': 'C' },
    stages: {
      'make:seed=1': { outputs: { n: 'n.txt' } },
      'make:seed=0': { outputs: { n: 'n.txt' } },
      sum: {
        inputs: {
          all: {
            kind: 'gather',
            members: [1, 0].map((seed) => ({
              producer: `make:seed=${seed}` as InstanceId,
              output: 'n',
              axes: { seed },
            })),
          },
          tables: { kind: 'glob', pattern: 'data/**/*.csv' },
          nothing: { kind: 'none' },
        },
        outputs: { total: 'total.txt' },
      },
    },
  });
  const make = (text: string) => (bench: Bench) => {
    bench.write('n', text);
  };
  const work: Work = {
    'make:seed=1': make('one'),
    'make:seed=0': make('zero'),
    sum: (bench) => {
      const { all, tables, nothing } = bench.sandbox.inputs as {
        all: { path: string; axes: object }[];
        tables: string;
        nothing: null;
      };
      expect(all.map(({ path: file, axes }) => [readFileSync(file, 'utf8'), path.basename(file), axes])).toEqual([
        ['one', 'n.txt', { seed: 1 }],
        ['zero', 'n.txt', { seed: 0 }],
      ]);
      expect([
        readFileSync(path.join(tables, 'a.csv'), 'utf8'),
        readFileSync(path.join(tables, 'x', 'b.csv'), 'utf8'),
        readdirSync(tables).length,
      ]).toEqual(['A', 'B', 2]);
      expect(nothing).toBeNull();
      bench.write('total', 'x');
    },
  };
  expect(await p.run(work)).toEqual({ 'make:seed=1': 'executed', 'make:seed=0': 'executed', sum: 'executed' });
  p.write('data/c.txt', 'not matched');
  expect(await p.run({})).toMatchObject({ sum: 'fresh' });
  p.write('data/x/b.csv', 'b');
  expect(await reasonsOf(p, 'sum')).toMatchObject([{ kind: 'input', input: 'tables', path: 'data/x/b.csv' }]);
  p.write('data/x/b.csv', 'B');
  const again = {
    ...work,
    'make:seed=0': make('changed'),
    sum: (bench: Bench) => {
      bench.write('total', 'y');
    },
  };
  expect(await p.run(again, ['make:seed=0'])).toEqual({
    'make:seed=1': 'fresh',
    'make:seed=0': 'executed',
    sum: 'executed',
  });
});

test('an output that was not written is a failure that names it, and nothing is recorded', async () => {
  const p = study();
  expect(
    await p.run({
      ...WORK,
      train: (bench) => {
        bench.write('weights', 'x');
      },
    }),
  ).toEqual({
    pack: 'executed',
    train: { kind: 'missing-output', outputs: ['curves'] },
    report: { blocked: true },
  });
  expect(
    await p.run({
      ...WORK,
      train: (bench) => {
        mkdirSync(bench.sandbox.outputs.weights!);
        bench.write('curves', 'x', 'a');
      },
    }),
  ).toMatchObject({
    train: { kind: 'wrong-output', output: 'weights', finding: expect.stringContaining('is a folder') as string },
  });
  expect(kinds(await p.plan())).toMatchObject({ train: 'run' });
});

test('an input that changes while its stage runs leaves the result unrecorded, even if size and mtime are the same', async () => {
  const p = study();
  const sabotage: Work = {
    ...WORK,
    pack: (bench) => {
      const { atimeMs, mtimeMs } = statSync(p.at('data/a.txt'));
      WORK.pack!(bench);
      p.write('data/a.txt', 'PIXELS');
      utimesSync(p.at('data/a.txt'), atimeMs / 1000, mtimeMs / 1000);
    },
  };
  expect(await p.run(sabotage)).toMatchObject({ pack: { kind: 'input-changed', paths: ['data'] } });
  expect(existsSync(p.at('pipeline.lock.json'))).toBe(false);
  expect(await p.run(WORK)).toMatchObject({ pack: 'executed' });
  expect(p.read('reports/index.html')).toBe('report on weights from PIXELS');
});

test('a second attempt with the old fingerprint does not record the changed input either', async () => {
  const p = study();
  const opened = await p.open();
  const plan = await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  const { instance, verdict } = plan.entries[0]!;
  const attempt = async (meanwhile: () => void) => {
    const sandbox = await opened.executions.prepare(instance, (verdict as { fingerprint: Fingerprint }).fingerprint);
    meanwhile();
    writeFileSync(sandbox.outputs.images!, 'x');
    return opened.executions.commit(instance, sandbox, EXECUTION);
  };
  const refused = { ok: false, error: { kind: 'input-changed', paths: ['data'] } };
  expect(
    await attempt(() => {
      p.write('data/a.txt', 'PIXELS');
    }),
  ).toEqual(refused);
  expect(await attempt(() => undefined)).toEqual(refused);
  expect(
    await attempt(() => {
      rmSync(p.at('data'), { recursive: true });
    }),
  ).toEqual(refused);
  p.write('data/a.txt', 'pixels');
  p.write('data/b.txt', 'more');
  expect(await opened.planner.decide(instance, { force: false, anew: true })).toEqual(verdict);
  expect(await attempt(() => undefined)).toMatchObject({ ok: true });
});

test('an input that was rewritten while its stage ran is in doubt, even if its content is the same again; new permissions are not', async () => {
  const p = study();
  const rewriting: Work = {
    ...WORK,
    pack: (bench) => {
      WORK.pack!(bench);
      p.write('data/a.txt', 'pixels');
    },
  };
  expect(await p.run(rewriting)).toMatchObject({ pack: { kind: 'input-changed', paths: ['data'] } });
  expect(
    await p.run({
      ...WORK,
      pack: (bench) => {
        WORK.pack!(bench);
        chmodSync(p.at('data/a.txt'), 0o600);
      },
    }),
  ).toMatchObject({ pack: 'executed' });
});

test('a checkpoint goes with an input that was written to while it was made, and stays otherwise', async () => {
  const p = study();
  const saving = (meanwhile: () => void): Work => ({
    pack: ({ sandbox: { checkpoint } }) => {
      writeFileSync(path.join(checkpoint, 'epoch'), '3');
      meanwhile();
    },
  });
  const resumed: boolean[] = [];
  const looking: Work = { pack: ({ sandbox }) => void resumed.push(sandbox.resumed) };
  for (const meanwhile of [
    () => undefined,
    () => {
      p.write('data/a.txt', 'pixels');
    },
  ]) {
    await p.run(saving(meanwhile));
    await p.run(looking);
  }
  expect(resumed).toEqual([true, false]);
});

test('a checkpoint survives failure, is announced at the next attempt and is removed on success', async () => {
  const p = study();
  let checkpoint = '';
  await p.run({
    pack: (bench) => {
      ({ checkpoint } = bench.sandbox);
      writeFileSync(path.join(checkpoint, 'epoch'), '3');
    },
  });
  expect(readFileSync(path.join(checkpoint, 'epoch'), 'utf8')).toBe('3');
  await p.run({
    ...WORK,
    pack: (bench) => {
      expect([bench.sandbox.resumed, bench.sandbox.checkpoint]).toEqual([true, checkpoint]);
      WORK.pack!(bench);
    },
  });
  expect(existsSync(checkpoint)).toBe(false);
});

test.each([
  ['an input blob was flipped', 'pack', 'images', flip, { kind: 'damaged', output: 'images' }],
  [
    'an input blob was truncated',
    'pack',
    'images',
    (bytes: Buffer) => bytes.subarray(1),
    { kind: 'damaged', output: 'images' },
  ],
])('where %s, its producer runs again before the stage that needs it', async (_, producer, output, change, reason) => {
  const p = study();
  await p.run(WORK);
  const blob = blobOf(p, producer, output);
  spoil(blob, change);
  p.alter({ train: { params: { rate: 9 } } });
  expect(await reasonsOf(p, producer)).toEqual([reason]);
  expect(await p.run(WORK)).toEqual({ pack: 'executed', train: 'executed', report: 'fresh' });
  expect(readFileSync(blob, 'utf8')).toBe('pixels');
});

test('a deleted blob makes its stage run again, a file of a folder output as well', async () => {
  const p = study();
  await p.run(WORK);
  const { entries } = JSON.parse(readFileSync(blobOf(p, 'train', 'curves'), 'utf8')) as {
    entries: [string, string, number, Digest][];
  };
  expect(entries.map(([name]) => name)).toEqual(['a/loss.csv']);
  const digest = entries[0]![3];
  rmSync(p.at('cache', 'objects', digest.slice(0, 2), digest.slice(2)));
  expect(await reasonsOf(p, 'train')).toEqual([{ kind: 'not-in-store' }]);
  expect(await p.run({ train: WORK.train! })).toEqual({ pack: 'fresh', train: 'executed', report: 'fresh' });
});

test('a flipped blob is never published: its stage runs again instead of being restored', async () => {
  const p = study();
  await p.run(WORK);
  spoil(blobOf(p, 'report', 'html'), flip);
  rmSync(p.at('reports/index.html'));
  expect(await reasonsOf(p, 'report')).toEqual([{ kind: 'damaged', output: 'html' }]);
  await p.run({ report: WORK.report! });
  expect(p.read('reports/index.html')).toBe('report on weights from pixels');
});

test('a blob that rots between plan and execution is an error that names it, not an input', async () => {
  const p = study();
  await p.run(WORK);
  p.alter({ train: { params: { rate: 9 } } });
  const opened = await p.open();
  const plan = await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  const { instance, verdict } = plan.entries[1]!;
  spoil(blobOf(p, 'pack', 'images'), flip);
  const preparing = opened.executions.prepare(instance, (verdict as { fingerprint: Fingerprint }).fingerprint);
  await expect(preparing).rejects.toThrow(DamagedBlobError);
  await expect(preparing).rejects.toThrow(
    /output images of pack \([0-9a-f]{12}\) no longer matches its digest\. Run again/,
  );
  expect(readdirSync(p.at('cache', 'work'))).toEqual([]);
});

test('a disk that fails while a result is recorded leaves lockfile and published files as they were', async () => {
  const p = study();
  await p.run(WORK);
  const lock = p.read('pipeline.lock.json');
  rmSync(p.at('cache', 'runs'), { recursive: true });
  p.write('cache/runs', 'a file where a folder should be');
  p.alter({ train: { params: { rate: 9 } } });
  await expect(p.run({ ...WORK, train: train('!') })).rejects.toThrow();
  expect([p.read('pipeline.lock.json'), p.read('reports/index.html')]).toEqual([lock, 'report on weights from pixels']);
  rmSync(p.at('cache', 'runs'));
  expect(await p.run({ ...WORK, train: train('!') })).toEqual({
    pack: 'executed',
    train: 'executed',
    report: 'executed',
  });
});

test('a result that was recorded and not published before a crash is restored by the next command', async () => {
  const p = study();
  const opened = await openPipeline(pipelineOf(p.root, { pack: STAGES.pack! }), {
    storeFolder: p.at('cache'),
    lockFile: p.at('no-such-folder', 'pipeline.lock.json'),
    executes: true,
  });
  if (!opened.ok) throw new Error(opened.error[0]!.message);
  onTestFinished(() => opened.value.close().catch(() => undefined));
  const [instance] = opened.value.pipeline.instances;
  const plan = await opened.value.planner.plan([instance!], { force: new Set() });
  const sandbox = await opened.value.executions.prepare(
    instance!,
    (plan.entries[0]!.verdict as { fingerprint: Fingerprint }).fingerprint,
  );
  writeFileSync(sandbox.outputs.images!, 'pixels');
  await expect(opened.value.executions.commit(instance!, sandbox, EXECUTION)).rejects.toThrow('no-such-folder');
  expect(await p.run({ train: WORK.train!, report: WORK.report! })).toEqual({
    pack: 'restored',
    train: 'executed',
    report: 'executed',
  });
});

test('a record that was corrupted counts as absent', async () => {
  const p = study();
  await p.run(WORK);
  for (const name of readdirSync(p.at('cache', 'runs'), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.json')) writeFileSync(p.at('cache', 'runs', name), '{');
  expect(await p.run(WORK)).toEqual({ pack: 'executed', train: 'executed', report: 'executed' });
});

test('a published file that is missing is restored, and one of an earlier run is replaced', async () => {
  const p = study();
  await p.run(WORK);
  rmSync(p.at('reports'), { recursive: true });
  expect(await reasonsOf(p, 'report')).toEqual([{ kind: 'published', path: 'reports/index.html', change: 'missing' }]);
  expect(await p.run({})).toMatchObject({ report: 'restored' });
  expect(readlinkOrNull(p.at('reports/index.html'))).toBeNull();
  p.alter({ train: { params: { rate: 9 } } });
  expect(await p.run({ ...WORK, train: train('!') })).toMatchObject({ report: 'executed' });
  expect(p.read('reports/index.html')).toBe('report on weights from pixels!');
});

test("a user's own file at a published place is never overwritten; the result waits in the store", async () => {
  const p = study();
  p.write('reports/index.html', 'written by hand');
  expect(await p.run(WORK)).toMatchObject({ report: { unpublished: 'reports/index.html' } });
  expect(p.read('reports/index.html')).toBe('written by hand');
  rmSync(p.at('reports/index.html'));
  expect(await p.run({})).toMatchObject({ report: 'restored' });
});

test('an edited published file is reported and not overwritten', async () => {
  const p = study();
  await p.run(WORK);
  p.write('reports/index.html', 'edited');
  expect(await reasonsOf(p, 'report')).toEqual([{ kind: 'published', path: 'reports/index.html', change: 'edited' }]);
  expect(await p.run({})).toMatchObject({ report: { unpublished: 'reports/index.html' } });
  expect(p.read('reports/index.html')).toBe('edited');
});

test('a folder is published as a whole: files of the earlier version are gone', async () => {
  const stages: Sketch = {
    draw: { params: { n: 1 }, outputs: { figures: { kind: 'folder', file: 'figures', publish: 'reports/figures' } } },
  };
  const p = project({ stages });
  await p.run({
    draw: (bench) => {
      bench.write('figures', '1', 'one.svg');
    },
  });
  p.change({ draw: { ...stages.draw!, params: { n: 2 } } });
  await p.run({
    draw: (bench) => {
      bench.write('figures', '2', 'sub/two.svg');
    },
  });
  expect([
    readdirSync(p.at('reports')),
    readdirSync(p.at('reports/figures')),
    p.read('reports/figures/sub/two.svg'),
  ]).toEqual([['figures'], ['sub'], '2']);
  p.write('reports/figures/mine.svg', 'by hand');
  expect(await p.run({})).toEqual({ draw: { unpublished: 'reports/figures' } });
  expect(readdirSync(p.at('reports/figures'))).toEqual(['mine.svg', 'sub']);
});

test.each([
  [
    'a merge conflict of which a side is no lockfile',
    '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n',
    'pipeline.lock.json holds a merge conflict',
    'git checkout --ours pipeline.lock.json',
  ],
  [
    'half a merge conflict',
    '<<<<<<< HEAD\n{}\n=======\n',
    'pipeline.lock.json holds a merge conflict',
    'git checkout --ours pipeline.lock.json',
  ],
  ['half a file', '{"format":1,', 'pipeline.lock.json cannot be read', 'git checkout pipeline.lock.json'],
  ['a later format', '{"format":2}', 'format 2 is unknown', 'Restore it'],
])(
  'a lockfile with %s is an error that names file and remedy, and is left as it is',
  async (_, text, message, remedy) => {
    const p = study();
    p.write('pipeline.lock.json', text);
    const opened = await openPipeline(pipelineOf(p.root, STAGES), {
      storeFolder: p.at('cache'),
      lockFile: p.at('pipeline.lock.json'),
    });
    expect(opened).toMatchObject({
      ok: false,
      error: [
        {
          code: 'lockfile-unreadable',
          message: expect.stringContaining(message) as string,
          remedy: expect.stringContaining(remedy) as string,
        },
      ],
    });
    expect(p.read('pipeline.lock.json')).toBe(text);
  },
);

test('private folders of a dead runner are removed at the start, those of others stay', async () => {
  const p = study();
  const opened = await p.open();
  const plan = await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  const { instance, verdict } = plan.entries[0]!;
  const { folder } = await opened.executions.prepare(instance, (verdict as { fingerprint: Fingerprint }).fingerprint);
  await p.open();
  expect(existsSync(folder)).toBe(true);
  const owner = JSON.parse(readFileSync(path.join(folder, 'owner.json'), 'utf8')) as object;
  writeFileSync(path.join(folder, 'owner.json'), JSON.stringify({ ...owner, started: 'earlier' }));
  await p.open();
  expect(existsSync(folder)).toBe(false);
});

test('lineage names every execution behind the inputs once, producers first', async () => {
  const p = study();
  await p.run(WORK);
  const opened = await p.open();
  await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  const lineage = await opened.results.lineage(opened.pipeline.instances[2]!);
  expect(lineage.map(({ id, reads, params }) => ({ id, reads, params }))).toEqual([
    { id: 'pack', reads: ['data'], params: {} },
    { id: 'train', reads: ['pack'], params: { rate: 0.5, net: { width: 8 } } },
  ]);
  expect((await opened.results.locked('train' as InstanceId))?.execution).toEqual(EXECUTION);
});

test('the expected duration is that of the last execution, and of other instances of the stage for a new one', async () => {
  const stages: Sketch = { 'make:seed=0': { outputs: { n: 'n.txt' } }, 'make:seed=1': { outputs: { n: 'n.txt' } } };
  const p = project({ stages: { 'make:seed=0': stages['make:seed=0']! } });
  await p.run({
    'make:seed=0': (bench) => {
      bench.write('n', 'x');
    },
  });
  p.change(stages);
  const opened = await p.open();
  const plan = await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  expect(plan.entries.map((entry) => [entry.verdict.kind, entry.expectedSeconds])).toEqual([
    ['fresh', 2],
    ['run', 2],
  ]);
});

test('logs are kept per instance, oldest first, whatever its axis values are', async () => {
  const p = project({ stages: { 'make:name=a/b ä': { outputs: { n: 'n.txt' } } } });
  await p.run({
    'make:name=a/b ä': (bench) => {
      writeFileSync(bench.sandbox.log(2), 'second');
      writeFileSync(bench.sandbox.log(1), 'first');
      bench.write('n', 'x');
    },
  });
  const logs = await (await p.open()).results.logs('make:name=a/b ä' as InstanceId);
  expect(logs.map((file) => readFileSync(file, 'utf8'))).toEqual(['first', 'second']);
});

function readlinkOrNull(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}
