import { expect, test } from 'vitest';
import { gone, isAlive, pipelineOf, Project, shell } from './rig.test-support.ts';

/** Counts to 4, one checkpoint each; after the second it waits for `go`. Writes its process id and every step. */
const training = {
  'pipeline.json': pipelineOf({
    train: { module: 'train.mjs', outputs: { out: { file: 'steps.txt', publish: 'steps.txt' } } },
  }),
  'train.mjs': `import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
export default async function (stage) {
  const checkpoint = path.join(stage.checkpoint, 'step');
  const root = process.cwd();
  writeFileSync(path.join(root, 'pid'), String(process.pid));
  let step = existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8')) : 0;
  while (step < 4) {
    step++;
    appendFileSync(path.join(root, 'taken'), step + '\\n');
    writeFileSync(checkpoint, String(step));
    if (step === 2) {
      writeFileSync(path.join(root, 'halfway'), '');
      while (!existsSync(path.join(root, 'go'))) {
        if (stage.signal.aborted) throw new Error('asked to stop');
        if (existsSync(path.join(root, 'fail'))) {
          rmSync(path.join(root, 'fail'));
          throw new Error('loss became nan');
        }
        await new Promise((resume) => setTimeout(resume, 20));
      }
    }
  }
  writeFileSync(stage.outputs.out, String(step));
}
`,
};

test('Ctrl-C stops with 130, says what was interrupted, and the next run resumes from the checkpoint', async () => {
  const project = await Project.create(training);
  const first = project.start(['run']);
  await project.appears('halfway');
  first.signal('SIGINT');
  const { code, err, out } = await first.ended;
  expect(code).toBe(130);
  expect(err).toContain('Stopping: running stages may save a checkpoint.');
  expect(out).toMatch(/^train +interrupted/m);

  await project.write('go', '');
  const second = await project.run();
  expect(second.executed).toEqual(['train']);
  expect(second.of('started')[0]).toMatchObject({ resumed: true });
  expect(await project.read('taken')).toBe('1\n2\n3\n4\n');
  expect(await project.read('steps.txt')).toBe('4');
});

test('SIGTERM stops with 143', async () => {
  const project = await Project.create(training);
  const run = project.start(['run']);
  await project.appears('halfway');
  run.signal('SIGTERM');
  expect((await run.ended).code).toBe(143);
});

test('after kill -9 of the runner no stage stays behind, and the next run resumes', async () => {
  const project = await Project.create(training);
  const first = project.start(['run']);
  await project.appears('halfway');
  const stage = Number(await project.read('pid'));
  expect(await isAlive(stage)).toBe(true);
  first.signal('SIGKILL');
  await first.ended;
  await gone(stage);

  await project.write('go', '');
  expect((await project.run()).executed).toEqual(['train']);
  expect(await project.read('taken')).toBe('1\n2\n3\n4\n');
});

test('children that a command left in the background end with it', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ spawn: shell('sleep 1000 & echo $! > background; touch started; wait') }),
  });
  const run = project.start(['run']);
  await project.appears('started');
  const background = Number(await project.read('background'));
  run.signal('SIGINT');
  expect((await run.ended).code).toBe(130);
  await gone(background);
});

test('a second Ctrl-C ends at once even what refuses to stop', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      stubborn: shell("trap '' TERM; echo $$ > pid; touch started; while :; do sleep 0.05; done"),
    }),
  });
  const run = project.start(['run']);
  await project.appears('started');
  const stubborn = Number(await project.read('pid'));
  run.signal('SIGINT');
  await new Promise((resume) => setTimeout(resume, 700)); // sooner, it would count as the same key press
  run.signal('SIGINT');
  expect((await run.ended).code).toBe(130);
  await gone(stubborn);
});

/** Ways in which an execution ends halfway, and the report of the run. */
const ends = {
  'a failure': { told: { type: 'failed', kind: 'exit' }, how: (project: Project) => project.write('fail', '') },
  'a timeout': { told: { type: 'failed', kind: 'timeout' }, how: () => Promise.resolve() },
  'kill -9 of the stage': {
    told: { type: 'failed', kind: 'signal' },
    how: async (project: Project) => void process.kill(Number(await project.read('pid')), 'SIGKILL'),
  },
  SIGTERM: {
    told: { type: 'interrupted', kind: undefined },
    how: (_: Project, run: ReturnType<Project['start']>) => {
      run.signal('SIGTERM');
      return Promise.resolve();
    },
  },
  'the end of the terminal': {
    told: { type: 'interrupted', kind: undefined },
    how: (_: Project, run: ReturnType<Project['start']>) => {
      run.signal('SIGHUP');
      return Promise.resolve();
    },
  },
};

test.each(Object.entries(ends))(
  'after %s the next run resumes from the checkpoint, and the record counts it',
  async (name, { told, how }) => {
    const project = await Project.create(training);
    const train = { module: 'train.mjs', outputs: { out: 'steps.txt' } };
    await project.write(
      'pipeline.json',
      pipelineOf({ train: { ...train, ...(name === 'a timeout' && { timeout: '3s' }) } }),
    );
    const run = project.start(['run', '--json']);
    await project.appears('halfway');
    await how(project, run);
    const events = (await run.ended).out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; failure?: { kind: string } });
    expect(events.flatMap(({ type, failure }) => (type === told.type ? [{ type, kind: failure?.kind }] : []))).toEqual([
      told,
    ]);

    await project.write('go', '');
    await project.write('pipeline.json', pipelineOf({ train }));
    const next = await project.run();
    expect(next.of('succeeded')[0]).toMatchObject({ record: { execution: { resumes: 1, attempts: 1 } } });
    expect(await project.read('taken')).toBe('1\n2\n3\n4\n');
  },
);

test('a retry resumes from the checkpoint, too', async () => {
  const project = await Project.create(training);
  await project.write(
    'pipeline.json',
    pipelineOf({ train: { module: 'train.mjs', outputs: { out: 'steps.txt' }, retries: { limit: 1, delay: '1ms' } } }),
  );
  const run = project.start(['run', '--json']);
  await project.write('fail', '');
  await run.prints('"type":"retrying"');
  await project.write('go', '');
  const { out } = await run.ended;
  const succeeded = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string })
    .find(({ type }) => type === 'succeeded');
  expect(succeeded).toMatchObject({ record: { execution: { resumes: 1, attempts: 2 } } });
  expect(await project.read('taken')).toBe('1\n2\n3\n4\n');
});

test('the end of the terminal stops with 129', async () => {
  const project = await Project.create(training);
  const run = project.start(['run']);
  await project.appears('halfway');
  run.signal('SIGHUP');
  expect((await run.ended).code).toBe(129);
});
