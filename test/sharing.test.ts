import { utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { pipelineOf, Project, Run, shell } from './rig.test-support.ts';

test('two runners at once execute each instance once, and both end with all results', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      first: shell(
        'echo first >> executed; touch started; while [ ! -e go ]; do sleep 0.02; done; echo 1 > ${outputs.out}',
      ),
      second: shell('echo second >> executed; cat ${inputs.x} > ${outputs.out}', {
        x: { stage: 'first', output: 'out' },
      }),
    }),
  });
  const one = project.start(['run', '--json']);
  await project.appears('started');
  const two = project.start(['run', '--json']);
  await two.prints('"waiting"');
  await project.write('go', '');
  const runs = [new Run(await one.ended), new Run(await two.ended)];
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect((await project.read('executed')).split('\n').filter(Boolean).sort()).toEqual(['first', 'second']);
  expect(runs.flatMap(({ executed }) => executed).sort()).toEqual(['first', 'second']);
});

/** Two chains that share their first stage; each stage records its execution. */
const chains = {
  'pipeline.json': pipelineOf(
    Object.fromEntries([
      [
        'first',
        shell(
          'echo first >> executed; echo 1 > ${outputs.out}',
          {},
          { outputs: { out: { file: 'out.txt', publish: 'published/first' } } },
        ),
      ],
      ...['a', 'b'].flatMap((chain) =>
        [1, 2, 3].map((i) => {
          const before = i === 1 ? 'first' : `${chain}${i - 1}`;
          return [
            `${chain}${i}`,
            shell(
              `echo ${chain}${i} >> executed; cat \${inputs.x} > \${outputs.out}; echo ${chain}${i} >> \${outputs.out}`,
              { x: { stage: before, output: 'out' } },
              { outputs: { out: { file: 'out.txt', publish: `published/${chain}${i}` } } },
            ),
          ];
        }),
      ),
    ]) as Record<string, object>,
  ),
};
const ALL = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'first'];

test('five runners at once on overlapping targets execute each instance once, and the lockfile names them all', async () => {
  const project = await Project.create(chains);
  const targets = [['a3'], ['b3'], ['a2', 'b2'], [], ['b1', 'a3']];
  const runs = (await Promise.all(targets.map((target) => project.start(['run', '--json', ...target]).ended))).map(
    (answer) => new Run(answer),
  );
  expect(runs.map(({ code, err }) => ({ code, err }))).toEqual(targets.map(() => ({ code: 0, err: '' })));
  expect(runs.flatMap(({ executed }) => executed).sort()).toEqual(ALL);
  expect((await project.read('executed')).split('\n').filter(Boolean).sort()).toEqual(ALL);
  expect(await project.read('published/b3')).toBe('1\nb1\nb2\nb3\n');
  expect(
    Object.keys((JSON.parse(await project.read('pipeline.lock.json')) as { instances: object }).instances).sort(),
  ).toEqual(ALL);
  expect((await project.pipeline(['run'])).out).toContain('Nothing to do: 7 of 7 up to date.');
});

test('when a runner is killed while others wait for it, the waiting ends and one of them takes over', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      work: shell(
        'echo $$ >> executed; touch started; while [ ! -e go ]; do sleep 0.02; done; echo 1 > ${outputs.out}',
      ),
    }),
  });
  const first = project.start(['run', '--json']);
  await project.appears('started');
  const others = [1, 2].map(() => project.start(['run', '--json']));
  for (const other of others) await other.prints(`process ${first.pid}`);
  first.signal('SIGKILL');
  await first.ended;
  await Promise.race(others.map((other) => other.prints('"started"')));
  await project.write('go', '');
  const runs = (await Promise.all(others.map(({ ended }) => ended))).map((answer) => new Run(answer));
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(runs.flatMap(({ executed }) => executed)).toEqual(['work']);
  expect((await project.read('executed')).trim().split('\n')).toHaveLength(2);
});

test(
  'a lease that a runner of another container has left is respected until it has been silent for long, and then ' +
    'taken over',
  async () => {
    const project = await Project.create({ 'pipeline.json': pipelineOf({ work: shell('echo 1 > ${outputs.out}') }) });
    const [{ fingerprint }] = (
      JSON.parse((await project.pipeline(['run', '--json', '--dry-run'])).out) as {
        instances: [{ fingerprint: string }];
      }
    ).instances;
    const entry = `cache/leases/${fingerprint}/left.json`;
    await project.write(entry, { host: hostname(), boot: 'another', namespace: 'pid:[1]', pid: 1, started: '1' });
    const run = project.start(['run', '--json']);
    await run.prints('"waiting"');
    await utimes(project.path(entry), 1, 1);
    expect(new Run(await run.ended).executed).toEqual(['work']);
    expect(project.exists(entry)).toBe(false);
  },
);
