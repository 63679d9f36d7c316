/** A fake nvidia-smi lists the GPUs. Leases are in the folder that all runs of the host share. */
import { chmod, chown, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gone, pipelineOf, Project, shell } from './rig.test-support.ts';

/**
 * The same cards for all runs of a test, and for no other test. `busy`: cards on which a foreign process computes.
 * `parts`: into how many each is divided. `first`: commands of the shell that come before everything else.
 */
async function host({ cards = 1, busy = [] as readonly number[], parts = 0, name = 'Test Card', first = '' }) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pipeline-host-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const uuids = Array.from({ length: cards }, (_, card) => `GPU-${path.basename(folder)}-${card}`);
  const listing = uuids.map((uuid, card) =>
    [
      `GPU ${card}: ${name} (UUID: ${uuid})`,
      ...Array.from({ length: parts }, (_, part) => `  MIG 1g.5gb  Device  ${part}: (UUID: ${partOf(uuid, part)})`),
    ].join('\n'),
  );
  await writeFile(path.join(folder, 'listing'), `${listing.join('\n')}\n`);
  await writeFile(
    path.join(folder, 'nvidia-smi'),
    `#!/bin/sh
${first}
case "$1" in
  -L) cat ${path.join(folder, 'listing')} ;;
  --query-gpu=*) printf '%s, ${name}\\n' ${uuids.join(' ')} ;;
  --query-compute-apps=*) ${busy.length === 0 ? ':' : `printf '%s\\n' ${busy.map((card) => uuids[card]!).join(' ')}`} ;;
esac
`,
  );
  await Promise.all([chmod(folder, 0o755), chmod(path.join(folder, 'nvidia-smi'), 0o755)]);
  const env = { PATH: `${folder}:${process.env.PATH!}` };
  return { env, uuids };
}

const partOf = (uuid: string, part: number): string => `MIG-${uuid.slice('GPU-'.length)}-${part}`;

/** Creates `here` at its start, waits for `go`, and writes the GPUs that it saw. */
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

/** A user without engines of their own, and two stages that ask for a card: one with the tensor engine, one without. */
async function computing(env: Readonly<Record<string, string>>) {
  const project = await Project.create({
    'package.json': { type: 'module' },
    'home/.keep': '',
    'pipeline.json': pipelineOf({
      compute: {
        module: 'stages/compute.ts',
        resources: { gpu: 1 },
        outputs: { out: { file: 'out.json', publish: 'computed.json' } },
      },
      other: shell(
        'echo $CUDA_VISIBLE_DEVICES > ${outputs.out}',
        {},
        { resources: { gpu: 1 }, outputs: { out: { file: 'out.txt', publish: 'seen.txt' } } },
      ),
    }),
  });
  // The stage finds the engine's packages in the project that it belongs to, behind the link.
  await symlink(path.join(import.meta.dirname, 'stages'), project.path('stages'));
  const variables = { ...env, XDG_CACHE_HOME: project.path('home') };
  return {
    project,
    run: (...words: string[]) => project.pipeline(words, { env: variables }),
    record: async () => {
      const shown = await project.pipeline(['show', 'compute', '--json'], { env: variables });
      return (JSON.parse(shown.out) as { execution: object }).execution;
    },
  };
}

const CPUS = os.availableParallelism();

describe('a stage that computes with the tensor engine, where there is a card and no engine for it', () => {
  test('gets all processors and no card, the run and its plan say how to change that, and the record is true', async () => {
    const { env, uuids } = await host({ cards: 1 });
    const { project, run, record } = await computing(env);
    const notice =
      'There is a GPU (Test Card) and no engine for it: the processor replaces it in compute, one instance at a ' +
      'time. Add one: pipeline engine add xla';
    const plan = await run('run', '-n');
    expect([plan.code, plan.err]).toEqual([0, expect.stringContaining(notice)]);
    const { code, err } = await run('run');
    expect([code, err]).toEqual([0, expect.stringContaining(notice)]);
    expect(JSON.parse(await project.read('computed.json'))).toMatchObject({
      engine: 'onnxruntime',
      threads: CPUS,
      PIPELINE_CPUS: String(CPUS),
      CUDA_VISIBLE_DEVICES: '',
    });
    const { resources, notes } = (await record()) as { resources: object; notes: object };
    expect(resources).toEqual({ cpu: CPUS, gpu: 0 });
    expect(notes).toMatchObject({ engine: { engine: 'onnxruntime', device: 'cpu' } });
    // A stage without the engine gets the requested card.
    expect(await project.read('seen.txt')).toBe(`${uuids[0]!}\n`);
  });

  test('is refused by --require-gpu before anything starts, and doctor says so too', async () => {
    const { env } = await host({ cards: 1 });
    const { run, project } = await computing(env);
    for (const words of [
      ['run', '--require-gpu'],
      ['run', '-n', '--require-gpu'],
    ]) {
      const { code, err } = await run(...words);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(
          /compute: asks for a GPU\. There is a GPU \(Test Card\) and no engine for it\.\n +Add one: pipeline engine add xla/,
        ),
      ]);
    }
    expect(project.exists('seen.txt')).toBe(false);
    expect((await run('doctor')).out).toMatch(
      /warn +gpu +There is a GPU \(Test Card\) and no engine for it\n +Add one: pipeline engine add xla/,
    );
  });
});

test('an engine for GPUs that cannot use the card says why, and the processor stands in', async () => {
  const { env } = await host({ cards: 1 });
  const { project, run } = await computing(env);
  const engine = 'home/pretext/engines/xla-0.12.0.1-cuda13';
  await project.write(`${engine}/jax_plugins/xla_cuda13/xla_cuda_plugin.so`, 'no library');
  await project.write(`${engine}/files.json`, {});
  const { code, err } = await run('run', 'compute');
  expect([code, err]).toEqual([
    0,
    expect.stringMatching(
      /The engine "xla" cannot use the GPU \(Test Card; .*libcudart\S+ cannot be loaded\): the processor replaces it in compute, one instance at a time\. This shows more: pipeline engine check xla/,
    ),
  ]);
  expect(err).not.toContain('engine add');
  expect(JSON.parse(await project.read('computed.json'))).toMatchObject({ engine: 'onnxruntime', threads: CPUS });
});

test('an XLA for processors is no engine for a card', async () => {
  const { env } = await host({ cards: 1 });
  const { project, run } = await computing(env);
  await project.write('home/pretext/engines/xla-0.0.1-cpu/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so', 'no library');
  expect((await run('run', '-n', 'compute')).err).toContain('no engine for it');
});

describe('the run and doctor tell apart', () => {
  const told = async (first: string, variables: Record<string, string> = {}) => {
    const { env } = await host({ cards: 1, first });
    const { run } = await computing({ ...env, ...variables });
    const [plan, doctor] = [await run('run', '-n'), await run('doctor')];
    return { plan: plan.err, doctor: doctor.out };
  };

  test('a driver that fails', async () => {
    const { plan, doctor } = await told('echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18');
    const reason =
      'nvidia-smi does not list the GPUs (it ended with code 18: Failed to initialize NVML: Driver/library ' +
      'version mismatch)';
    expect(plan).toContain(`${reason}: the processor replaces it in compute, other, one instance at a time.`);
    expect(doctor).toMatch(/warn +gpu +nvidia-smi does not list the GPUs/);
  });

  test('a variable that hides the cards', async () => {
    const { plan, doctor } = await told('', { CUDA_VISIBLE_DEVICES: '7' });
    expect(plan).toContain('CUDA_VISIBLE_DEVICES is "7" and hides every GPU of this machine (1): the processor');
    expect(doctor).toContain('CUDA_VISIBLE_DEVICES is "7" and hides every GPU of this machine (1)');
  });

  test('and show control characters and NUL harmlessly', async () => {
    const { env } = await host({
      cards: 1,
      first: 'case "$1" in --query-gpu=*) printf "GPU-x, A\\000\\033[31mB\\n"; exit;; esac',
    });
    const { run } = await computing(env);
    const { code, err } = await run('run');
    expect([code, err]).toEqual([0, expect.stringContaining('There is a GPU (A\ufffd\ufffd[31mB)')]);
  });
});

test('parts of a card that is divided by MIG are leased one by one', async () => {
  const { env, uuids } = await host({ cards: 1, parts: 2, busy: [0] });
  const expected = [partOf(uuids[0]!, 0), partOf(uuids[0]!, 1)];
  const projects = [await Project.create(training()), await Project.create(training())];
  const runs = projects.map((project) => project.start(['run'], { env }));
  await Promise.all(projects.map((project) => project.appears('here')));
  await Promise.all(projects.map((project) => project.write('go', '')));
  expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
  const seen = await Promise.all(projects.map((project) => project.read('seen.txt')));
  expect(seen.map((text) => text.trim()).sort()).toEqual(expected);

  const third = await Project.create(training());
  await third.write('go', '');
  await third.pipeline(['run'], { env: { ...env, CUDA_VISIBLE_DEVICES: expected[1]! } });
  expect(await third.read('seen.txt')).toBe(`${expected[1]!}\n`);
});
