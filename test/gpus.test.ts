/** A fake nvidia-smi says which cards there are; leases are taken where every run of the host looks. */
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gone, pipelineOf, Project, shell } from './rig.test-support.ts';

/** The same cards for all runs of a test, and for no other test. `busy`: cards on which a foreign process computes. */
async function host({ cards = 1, busy = [] as readonly number[] }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pipeline-host-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const uuids = Array.from({ length: cards }, (_, card) => `GPU-${path.basename(folder)}-${card}`);
  await writeFile(
    path.join(folder, 'nvidia-smi'),
    `#!/bin/sh
case "$1" in
  --query-gpu=*) printf '%s, Test Card\\n' ${uuids.join(' ')} ;;
  --query-compute-apps=*) ${busy.length === 0 ? ':' : `printf '%s\\n' ${busy.map((card) => uuids[card]!).join(' ')}`} ;;
esac
`,
  );
  await Promise.all([chmod(folder, 0o755), chmod(path.join(folder, 'nvidia-smi'), 0o755)]);
  const env = { PATH: `${folder}:${process.env.PATH!}` };
  return { env, uuids };
}

/** Says in `here` that it has begun, waits for `go`, and tells which cards it saw. */
const training = (resources: object = { gpu: 1 }) => ({
  'pipeline.json': pipelineOf({
    train: shell(
      'echo $$ > here; while [ ! -e go ]; do sleep 0.02; done; echo $CUDA_VISIBLE_DEVICES > ${outputs.out}',
      {},
      { resources, outputs: { out: { file: 'out.txt', publish: 'seen.txt' } } },
    ),
  }),
});

test('two runs of two projects never hold the same card: the second waits, says for whom, and then takes it', async () => {
  const { env, uuids } = await host({ cards: 1 });
  const [one, two] = [await Project.create(training()), await Project.create(training())];
  const first = one.start(['run'], { env });
  await one.appears('here');

  const second = two.start(['run', '--json'], { env });
  await second.prints(`"train waits for a GPU, held by process ${first.pid}."`);
  expect(two.exists('here')).toBe(false);

  await one.write('go', '');
  await two.write('go', '');
  expect((await first.ended).code).toBe(0);
  expect((await second.ended).code).toBe(0);
  expect([await one.read('seen.txt'), await two.read('seen.txt')]).toEqual([`${uuids[0]!}\n`, `${uuids[0]!}\n`]);
});

test('where there are two cards, two runs hold one each', async () => {
  const { env, uuids } = await host({ cards: 2 });
  const projects = [await Project.create(training()), await Project.create(training())];
  const runs = projects.map((project) => project.start(['run'], { env }));
  await Promise.all(projects.map((project) => project.appears('here')));
  await Promise.all(projects.map((project) => project.write('go', '')));
  expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
  const seen = await Promise.all(projects.map((project) => project.read('seen.txt')));
  expect(seen.map((text) => text.trim()).sort()).toEqual(uuids);
});

test('a card on which a foreign process computes is passed over', async () => {
  const { env, uuids } = await host({ cards: 2, busy: [0] });
  const project = await Project.create(training());
  await project.write('go', '');
  expect((await project.pipeline(['run'], { env })).code).toBe(0);
  expect(await project.read('seen.txt')).toBe(`${uuids[1]!}\n`);
});

test('a stage that asks for two cards gets two, and one that asks for none sees none', async () => {
  const { env, uuids } = await host({ cards: 2 });
  for (const [resources, seen] of [
    [{ gpu: 2 }, uuids.join(',')],
    [{ cpu: 1 }, ''],
  ] as const) {
    const project = await Project.create(training(resources));
    await project.write('go', '');
    await project.pipeline(['run'], { env });
    expect(await project.read('seen.txt')).toBe(`${seen}\n`);
  }
});

test('the card of a run that was killed is free for the next', async () => {
  const { env, uuids } = await host({ cards: 1 });
  const [one, two] = [await Project.create(training()), await Project.create(training())];
  const killed = one.start(['run'], { env });
  await one.appears('here');
  const stage = Number(await one.read('here'));
  killed.signal('SIGKILL');
  await killed.ended;
  await gone(stage);

  await two.write('go', '');
  const { code, out } = await two.pipeline(['run', '--json'], { env });
  expect(code).toBe(0);
  expect(out).not.toContain('waits for a GPU');
  expect(await two.read('seen.txt')).toBe(`${uuids[0]!}\n`);
});

const NOBODY = 65_534;

test.skipIf(process.getuid?.() !== 0)(
  'a card that root holds is respected by another user, and taken when root has given it back',
  async () => {
    const { env } = await host({ cards: 1 });
    const [one, two] = [await Project.create(training()), await Project.create(training())];
    await Promise.all([two.root, two.path('pipeline.json')].map((place) => chown(place, NOBODY, NOBODY)));
    const first = one.start(['run'], { env });
    await one.appears('here');
    const second = two.start(['run', '--json'], { env, uid: NOBODY });
    await second.prints('train waits for a GPU, held by process');
    await one.write('go', '');
    await two.write('go', '');
    expect((await first.ended).code).toBe(0);
    expect((await second.ended).code).toBe(0);
  },
);
