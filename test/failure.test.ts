import { utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { gone, pipelineOf, Project, shell } from './rig.test-support.ts';

const broken = {
  'pipeline.json': pipelineOf({
    broken: shell('for i in 1 2 3; do echo "step $i"; done; echo no such tensor >&2; exit 7'),
    after: shell('cat ${inputs.x} > ${outputs.out}', { x: { stage: 'broken', output: 'out' } }),
    apart: shell('echo fine > ${outputs.out}', {}, { resources: { cpu: 1 } }),
  }),
};

test('a failure is told with its exit code, the end of its log, the log’s path and how to run it again; exit code 1', async () => {
  const project = await Project.create(broken);
  const { code, err, out } = await project.pipeline(['run', '--keep-going']);
  expect(code).toBe(1);
  expect(err).toMatch(
    /FAILED broken after [\d.]+s: exit 7\n {2}\| step 1\n {2}\| step 2\n {2}\| step 3\n {2}\| no such tensor\n/,
  );
  const log = /log: (\S+)/.exec(err)![1]!;
  expect(await project.read(log)).toContain('no such tensor');
  expect(err).toContain('run it again: pipeline run broken');
  expect(out).toMatch(/^after +blocked +needs broken$/m);
});

test('the log of a failed attempt is what `logs` prints', async () => {
  const project = await Project.create(broken);
  await project.pipeline(['run']);
  const { out, code } = await project.pipeline(['logs', 'broken']);
  expect(code).toBe(0);
  expect(out).toBe('step 1\nstep 2\nstep 3\nno such tensor\n');
});

test('--keep-going finishes what does not depend on the failure', async () => {
  const project = await Project.create(broken);
  const run = await project.run('--keep-going');
  expect(run.executed).toEqual(['apart']);
  expect(run.ids('failed')).toEqual(['broken']);
  expect(run.ids('blocked')).toEqual(['after']);
});

test('nothing of a failure is recorded: it is tried again, and a success then counts', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ flaky: shell('test -e mended && echo ok > ${outputs.out}') }),
  });
  expect((await project.run()).code).toBe(1);
  expect((await project.run()).ids('failed')).toEqual(['flaky']);
  await project.write('mended', '');
  expect((await project.run()).executed).toEqual(['flaky']);
  expect((await project.run()).executed).toEqual([]);
});

test('returning without having written every output is a failure that names them', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ lazy: { command: 'echo x > ${outputs.a}', outputs: { a: 'a.txt', b: 'b.txt' } } }),
  });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('FAILED lazy');
  expect(err).toContain('did not write b');
});

test('an exception in a module is told with its message and place in the user’s own file', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ thrower: { module: 'thrower.ts', outputs: { out: 'x' } } }),
    'thrower.ts': '\nexport default function () {\n  throw new Error("loss became nan");\n}\n',
  });
  const { err } = await project.pipeline(['run']);
  expect(err).toContain('loss became nan');
  expect(err).toMatch(/thrower\.ts:3/);
});

test('a missing input blocks the stage and says where it is wanted', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ ingest: shell('cp ${inputs.source} ${outputs.out}', { source: 'data/ham.csv' }) }),
  });
  const { code, out } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(out).toMatch(/ingest +blocked +input source is missing: data\/ham\.csv/);
});

test('code that cannot be bundled blocks its stage, with the place of the fault', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ typo: { module: 'typo.ts', outputs: { out: 'x' } } }),
    'typo.ts': 'export default async () => {\n  const a = ;\n};\n',
  });
  const { code, out } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(out).toMatch(/^typo +blocked +code: typo\.ts:2:\d+ /m);
});

test('a failed attempt is repeated as often as `retries` allows', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      flaky: shell(
        'echo x >> tries; test $(wc -l < tries) -ge 3 && echo ok > ${outputs.out}',
        {},
        { retries: { limit: 2, delay: '1ms' } },
      ),
    }),
  });
  const run = await project.run();
  expect(run.executed).toEqual(['flaky']);
  expect(run.of('retrying')).toHaveLength(2);
});

test('a stage that runs longer than its timeout is ended', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ slow: shell('sleep 600', {}, { timeout: '300ms' }) }),
  });
  const run = await project.run();
  expect(run.code).toBe(1);
  expect(run.of('failed')[0]).toMatchObject({ id: 'slow', failure: { kind: 'timeout' } });
});

test('only the exit codes that `on` names are repeated', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      busy: shell('exit 75', {}, { retries: { limit: 2, delay: '1ms', on: [75] } }),
      wrong: shell('exit 1', {}, { retries: { limit: 2, delay: '1ms', on: [75] } }),
    }),
  });
  const run = await project.run('--keep-going');
  expect(run.ids('retrying')).toEqual(['busy', 'busy']);
  expect(run.ids('failed')).toEqual(['busy', 'wrong']);
});

test(
  'at its timeout a stage is asked to end, and killed with all its children when it has not after the time that ' +
    '`grace` gives it',
  async () => {
    const project = await Project.create({
      'pipeline.json': pipelineOf({
        stubborn: shell(
          "trap 'touch asked' TERM; (trap '' TERM; echo 1 > child; while :; do sleep 0.05; done) & echo $! > pid; " +
            'while :; do sleep 0.05; done',
          {},
          { timeout: '1s' },
        ),
      }),
      '.pipelinerc.json': { grace: '300ms' },
    });
    const { code, err } = await project.pipeline(['run']);
    expect(code).toBe(1);
    expect(err).toMatch(/FAILED stubborn after [\d.]+s: timed out after 1\.0s/);
    expect(project.exists('asked')).toBe(true);
    await gone(Number(await project.read('pid')));
  },
);

test('a lockfile that is damaged while a stage runs fails the stage without a stack trace, and its result is not lost', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell('touch started; until [ -e go ]; do sleep 0.02; done; echo 1 > ${outputs.out}'),
    }),
  });
  const run = project.start(['run']);
  await project.appears('started');
  await project.write('pipeline.lock.json', 'garbage');
  await project.write('go', '');
  const { code, err } = await run.ended;
  expect(code).toBe(2);
  expect(err).toContain('pipeline.lock.json cannot be read');
  expect(err).toContain('Restore it (git checkout pipeline.lock.json), or delete it');
  expect(err).not.toMatch(/^\s+at /m);
  await project.remove('pipeline.lock.json');
  const again = await project.run();
  expect([again.code, again.executed]).toEqual([0, []]);
});

test('a lease that a runner of another machine left behind is waited for with words, and then taken over', async () => {
  const project = await Project.create({ 'pipeline.json': pipelineOf({ train: shell('echo 1 > ${outputs.out}') }) });
  const entry = 'cache/leases/lockfile/0123456789abcdef.json';
  await project.write(entry, { host: 'node17', boot: 'b', namespace: 'x', pid: 4242, started: '1' });
  const almostDead = Date.now() / 1000 - 87;
  await utimes(project.path(entry), almostDead, almostDead);
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(0);
  expect(err).toMatch(
    /Waiting to write the lockfile: the lease is held by process 4242 on node17, last heard of \d+ s ago\. If that runner has ended, the lease is taken over 90 s after its last sign of life\./,
  );
});
