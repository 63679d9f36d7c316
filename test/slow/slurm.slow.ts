/**
 * A real Slurm with two nodes, started by this test: `.ci/run slurm`, or SLOW=1 npx vitest run --project slow. It takes
 * some minutes, because Slurm looks at time limits every 30 s and at lost nodes every 15 s.
 */
import { cp, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { attemptExecutorContract } from '../../src/runner/execution/attempt-executor.contract.ts';
import { allocationProgram, jobProgram, stageProgram } from '../../src/runner/stage-program.ts';
import { DEFAULT_SLURM } from '../../src/runner/slurm/settings.ts';
import { SlurmAttempts } from '../../src/runner/slurm/slurm-attempts.ts';
import { random } from '../../src/util/random.ts';
import { pipelineOf, Project, Run } from '../rig.test-support.ts';
import { serve, type Part } from '../serve.test-support.ts';
import { Cluster, whyNoCluster } from './slurm-cluster.test-support.ts';

const reason = whyNoCluster();
const repository = path.resolve(import.meta.dirname, '../..');
const MINUTE = 60_000;

let cluster: Cluster;

async function renewCluster(): Promise<void> {
  await (cluster as Cluster | undefined)?.stop();
  cluster = await Cluster.start();
  process.env.SLURM_CONF = cluster.conf;
}

/** The run of a project on the cluster. */
const env = () => ({ SLURM_CONF: cluster.conf });
const onCluster = async (project: Project, ...words: string[]): Promise<Run> =>
  new Run(await project.pipeline(['run', '--json', '--executor', 'slurm', ...words], { env: env() }));

const SETTINGS = { slurm: { interval: '2s' } };
const JOBS = { mode: 'jobs' };
const ALLOCATION = { mode: 'allocation', allocation: { nodes: 2, cpu: 4 } };

async function projectOf(stages: object, slurm: object = {}): Promise<Project> {
  const project = await Project.create({
    'pipeline.json': pipelineOf(stages as Parameters<typeof pipelineOf>[0]),
    '.pipelinerc.json': { slurm: { ...SETTINGS.slurm, ...slurm } },
  });
  onTestFinished(async () => {
    await project.pipeline(['cancel'], { env: env() });
  });
  return project;
}

describe.skipIf(reason !== undefined)(`a real Slurm${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  beforeAll(async () => {
    await renewCluster();
  }, MINUTE);
  beforeEach(() => cluster.startDaemons());
  afterAll(() => cluster.stop(), MINUTE);

  describe.each(['jobs', 'allocation'] as const)('the contract, mode %s', (mode) => {
    attemptExecutorContract(
      'a real Slurm',
      (storeFolder) =>
        new SlurmAttempts({
          storeFolder,
          settings: { ...DEFAULT_SLURM, intervalMs: 1000, mode, allocation: { nodes: 1, cpu: 4 } },
          hostProgram: stageProgram('host'),
          jobProgram: jobProgram(),
          allocationProgram: allocationProgram(),
        }),
    );
  });

  test(
    'a training gives the same digests as on this machine, also when it is queued again in the middle',
    async () => {
      const here = await training();
      expect(failuresOf(await here.run())).toEqual([]);

      const there = await training();
      const run = onCluster(there);
      await until(() => runningJobs('pretrain').length > 0 && savedCheckpoint(there));
      cluster.ask('scontrol', 'requeue', runningJobs('pretrain')[0] ?? '');
      const ended = await run;
      expect(failuresOf(ended)).toEqual([]);
      expect(await digestsOf(there)).toEqual(await digestsOf(here));
      const records = ended.of('succeeded').map(({ id, record }) => [id, (record as Recorded).execution.resumes]);
      expect(records).toContainEqual(['pretrain', 1]);
    },
    10 * MINUTE,
  );

  test(
    'a pre-training that is longer than its job is queued again at the limit, and ends with the same weights',
    async () => {
      const few = await training();
      const [pretrained] = (await few.run('pretrain')).of('succeeded').filter(({ id }) => id === 'pretrain');
      // Slurm looks at limits every 30 s, however fast this machine is.
      const epochs = Math.ceil((75 * EPOCHS) / (pretrained?.record as Recorded).execution.seconds);
      const here = await training({ epochs });
      expect(failuresOf(await here.run())).toEqual([]);
      const there = await training({ epochs, time: '1m', grace: '60s' });
      const ended = await onCluster(there);
      expect(failuresOf(ended)).toEqual([]);
      expect(await digestsOf(there)).toEqual(await digestsOf(here));
      const [succeeded] = ended.of('succeeded').filter(({ id }) => id === 'pretrain');
      expect((succeeded?.record as Recorded).execution.resumes).toBeGreaterThan(0);
      await there.write('.pipelinerc.json', { executor: 'slurm' });
      const doctor = await there.pipeline(['doctor', '--json'], { env: env() });
      expect(doctor.out).toContain('stages needed up to');
    },
    20 * MINUTE,
  );

  test.each([JOBS, ALLOCATION])(
    'a stage that is longer than its job is queued again at the limit, and ends with the same result ($mode)',
    async (mode) => {
      const module = `import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
      import { createHash } from 'node:crypto';
      export default async (stage) => {
        const file = stage.checkpoint + '/state.json';
        let { step, state } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { step: 0, state: '' };
        for (; step < stage.params.steps; step++) {
          if (stage.signal.aborted) throw new Error('stopped');
          state = createHash('sha256').update(state + step).digest('hex');
          writeFileSync(file + '.tmp', JSON.stringify({ step: step + 1, state }));
          renameSync(file + '.tmp', file);
          await new Promise((resolve) => setTimeout(resolve, stage.params.pace));
        }
        writeFileSync(stage.output('state'), state);
      };`;
      const stages = (pace: number) => ({
        train: {
          module: 'train.mjs',
          params: { steps: 60, pace },
          outputs: { state: { file: 'state.txt', publish: 'state.txt' } },
        },
      });
      const quick = await projectOf(stages(0));
      await quick.write('train.mjs', module);
      expect((await quick.run()).code).toBe(0);

      const slow = await projectOf(stages(1000), { time: '1m', grace: '60s', ...mode });
      await slow.write('train.mjs', module);
      const run = await onCluster(slow);
      expect(run.code).toBe(0);
      expect(await slow.read('state.txt')).toBe(await quick.read('state.txt'));
      const [succeeded] = run.of('succeeded');
      expect((succeeded?.record as Recorded).execution.resumes).toBeGreaterThan(0);
    },
    10 * MINUTE,
  );

  test.each([JOBS, ALLOCATION])(
    'kill -9 of the runner while instances wait, run and end: every one is executed once ($mode)',
    async (mode) => {
      const stages = {
        make: {
          matrix: { seed: [1, 2, 3, 4, 5, 6] },
          command: 'echo ${seed} >> "$PROJECT/ran"; sleep 2; echo ${seed} > ${outputs.o}',
          env: ['PROJECT'],
          outputs: { o: 'o.txt' },
          resources: { cpu: 4 },
        },
        join: {
          command: 'cat ${inputs.all} > ${outputs.o}',
          inputs: { all: { stage: 'make', output: 'o', gather: true } },
          outputs: { o: { file: 'all.txt', publish: 'all.txt' } },
        },
      };
      const project = await projectOf(stages, mode);
      const settings = { env: { ...env(), PROJECT: project.root } };
      const draw = random('kill the runner');
      for (let kill = 0; kill < 6; kill++) {
        const run = project.start(['run', '--json', '--executor', 'slurm'], settings);
        await sleep(1500 + 3000 * draw.uniform());
        run.signal('SIGKILL');
        await run.ended;
        await sleep(1000 * draw.uniform());
      }
      const last = await project.pipeline(['run', '--json', '--executor', 'slurm'], settings);
      expect(last.code).toBe(0);
      expect(await project.read('all.txt')).toBe('1\n2\n3\n4\n5\n6\n');
      expect((await project.read('ran')).split('\n').filter(Boolean).sort()).toEqual(['1', '2', '3', '4', '5', '6']);
    },
    5 * MINUTE,
  );

  test(
    'a killed controller is named, and the study ends after its return',
    async () => {
      const project = await projectOf({
        make: { command: 'sleep 25; echo x > ${outputs.o}', outputs: { o: 'o.txt' } },
        next: {
          command: 'cat ${inputs.o} > ${outputs.o}',
          inputs: { o: { stage: 'make', output: 'o' } },
          outputs: { o: { file: 'p.txt', publish: 'p.txt' } },
        },
      });
      const run = onCluster(project);
      await until(() => runningJobs('make').length > 0);
      await sleep(6500); // the controller saves its state every 5 s
      cluster.kill('slurmctld');
      await sleep(22_000);
      await cluster.startDaemons();
      const ended = await run;
      expect(ended.code).toBe(0);
      expect(await project.read('p.txt')).toBe('x\n');
      const notices = ended.of('notice').map(({ message }) => String(message));
      expect(notices.join('\n')).toContain('Slurm gives no answer');
    },
    5 * MINUTE,
  );

  test(
    'a controller that was killed before it had saved a job loses it, and the study ends',
    async () => {
      const project = await projectOf({
        make: { command: 'sleep 3; echo x > ${outputs.o}', outputs: { o: { file: 'o.txt', publish: 'o.txt' } } },
      });
      // Its numbers of jobs are used twice afterwards, so the other tests get a fresh cluster.
      onTestFinished(renewCluster, MINUTE);
      const run = onCluster(project);
      await until(() => runningJobs('make').length > 0);
      cluster.kill('slurmctld');
      await sleep(2000);
      await cluster.startDaemons();
      expect((await run).code).toBe(0);
      expect(await project.read('o.txt')).toBe('x\n');
    },
    5 * MINUTE,
  );

  test.each([JOBS, { ...ALLOCATION, allocation: { nodes: 1 } }])(
    'a killed node: its job starts again on the other one, beside the living old process, and one result counts ($mode)',
    async (mode) => {
      const stages = {
        make: {
          command: 'echo $$ >> "$PROJECT/pids"; sleep 20; echo $$ > ${outputs.o}',
          env: ['PROJECT'],
          outputs: { o: { file: 'o.txt', publish: 'o.txt' } },
        },
      };
      const project = await projectOf(stages, mode);
      const settings = { env: { ...env(), PROJECT: project.root } };
      const run = project.pipeline(['run', '--json', '--executor', 'slurm'], settings);
      await until(() => project.exists('pids'));
      const node = cluster.ask('squeue', '-h', '-t', 'R', '-o', '%N').trim() as 'n1' | 'n2';
      cluster.kill(node);
      const ended = await run;
      await cluster.startDaemons();
      expect(ended.code).toBe(0);
      const pids = (await project.read('pids')).split('\n').filter(Boolean);
      expect(pids).toContain((await project.read('o.txt')).trim());
    },
    5 * MINUTE,
  );

  test(
    'the live page follows jobs: at work with curves and log, past the death of a runner, and to their end',
    async () => {
      const module = `import { existsSync, writeFileSync } from 'node:fs';
      export default async (stage) => {
        console.log('said by a job');
        stage.progress({ done: 1, total: 2, unit: 'epochs' });
        stage.metric('loss', 0.5, 1);
        while (!existsSync(stage.params.go)) await new Promise((resolve) => setTimeout(resolve, 200));
        writeFileSync(stage.output('o'), 'x');
      };`;
      const project = await projectOf({});
      await project.write('train.mjs', module);
      const train = { module: 'train.mjs', params: { go: project.path('go') }, outputs: { o: 'o.txt' } };
      await project.write('pipeline.json', pipelineOf({ train }));
      const served = await serve(project);
      const events = await served.events();
      const words = ['run', '--json', '--executor', 'slurm'];
      const runner = project.start(words, { env: env() });
      const follows = (what: string, holds: (train: Part) => boolean): Promise<void> =>
        events.until(what, (parts) => holds(parts.get('instance/0/train') ?? {}));
      await follows(
        'a job at work',
        ({ status, progress }) => status === 'running' && (progress as Part | undefined)?.total === 2,
      );
      await events.until('its curve', (parts) => JSON.stringify([...parts]).includes('"loss"'));
      expect((await served.get('log?instance=instance/0/train')).body).toContain('said by a job');

      runner.signal('SIGKILL');
      await runner.ended;
      await events.until('the death', (parts) => JSON.stringify([...parts]).includes('"died"'));
      expect(runningJobs('train')).toHaveLength(1);
      const next = project.start(words, { env: env() });
      await follows('the job that the next run took over', ({ status }) => status === 'running');
      await project.write('go', '');
      await follows('its end', ({ status }) => status === 'done');
      expect((await next.ended).code).toBe(0);
    },
    5 * MINUTE,
  );

  test(
    'the study of phantoms gives the digests of this machine, as jobs and inside of one allocation of two nodes',
    async () => {
      const small = ['phantoms.images=160', 'fractals.images=160', 'size=16', 'seeds=[0]', 'learningRates=[0.1]']
        .concat(['supervised.epochs=2', 'pretrain.epochs=2', 'supervised.batchSize=32', 'pretrain.batchSize=32'])
        .flatMap((assignment) => ['--set', assignment]);
      const here = await study({});
      expect((await here.pipeline(['run', ...small])).code).toBe(0);
      const expected = await digestsOf(here);
      expect(expected.length).toBeGreaterThan(15);
      for (const mode of [JOBS, ALLOCATION]) {
        const there = await study(mode);
        const run = await onCluster(there, ...small);
        expect(failuresOf(run)).toEqual([]);
        expect(await digestsOf(there)).toEqual(expected);
        const nodes = new Set(run.of('succeeded').map(({ record }) => (record as Recorded).execution.host));
        expect([...nodes].sort()).toEqual(['n1', 'n2']);
        if (mode === ALLOCATION) expect(run.err).toContain('1 sbatch');
      }
    },
    20 * MINUTE,
  );

  test.each([JOBS, { ...ALLOCATION, allocation: { nodes: 1, cpu: 4, gpu: 2 } }])(
    'stages that run at the same time have cards of their own, and the others have none ($mode)',
    async (mode) => {
      const command = 'echo "cards $CUDA_VISIBLE_DEVICES" > ${outputs.o}; sleep 3';
      const project = await projectOf(
        {
          card: {
            matrix: { seed: [1, 2] },
            command,
            outputs: { o: { file: 'o.txt', publish: 'card-${seed}.txt' } },
            resources: { gpu: 1, cpu: 1 },
          },
          plain: { command, outputs: { o: { file: 'o.txt', publish: 'plain.txt' } } },
        },
        mode,
      );
      const run = await onCluster(project);
      expect(failuresOf(run)).toEqual([]);
      const seen = await Promise.all(['card-1', 'card-2', 'plain'].map((name) => project.read(`${name}.txt`)));
      const text = seen.map((each) => each.trim());
      expect(text[2]).toBe('cards');
      expect(text.slice(0, 2).every((each) => /^cards [01]$/.test(each))).toBe(true);
      if (mode !== JOBS) expect(text[0]).not.toBe(text[1]);
    },
    2 * MINUTE,
  );

  test(
    '`pipeline cancel` ends one step of an allocation, and the others go on',
    async () => {
      const command = (seconds: number) => `sleep ${seconds}; echo x > \${outputs.o}`;
      const project = await projectOf(
        {
          long: { command: command(600), outputs: { o: 'o.txt' } },
          other: { command: command(20), outputs: { o: { file: 'o.txt', publish: 'o.txt' } } },
        },
        ALLOCATION,
      );
      const left = await project.pipeline(['run', '--executor', 'slurm', '--no-wait'], { env: env() });
      expect(left.code).toBe(0);
      await until(() => cluster.ask('squeue', '-h', '-s', '-o', '%i').split('\n').length > 2);
      const cancelled = await project.pipeline(['cancel', 'long', '--json'], { env: env() });
      expect(JSON.parse(cancelled.out)).toEqual({ cancelled: ['long'], stubborn: [] });
      const run = await onCluster(project, 'other');
      expect(run.code).toBe(0);
      expect(await project.read('o.txt')).toBe('x\n');
      await until(() => cluster.ask('squeue', '-h').trim() === ''); // nothing is left to do, so the allocation has ended
    },
    5 * MINUTE,
  );

  test(
    '1,000 instances are submitted by one call, and cancelled by `pipeline cancel`',
    async () => {
      const project = await projectOf(
        {
          make: {
            matrix: { seed: Array.from({ length: 1000 }, (_, i) => i) },
            command: 'echo ${seed} > ${outputs.o}',
            outputs: { o: 'o.txt' },
          },
        },
        { partition: 'closed' },
      );
      const answer = await project.pipeline(['run', '--executor', 'slurm', '--no-wait'], { env: env() });
      expect(answer.code).toBe(0);
      expect(`${answer.out}${answer.err}`).toContain('1,000 submitted'.replace(',', ''));
      expect(answer.err).toContain('1 sbatch');
      expect(cluster.ask('squeue', '-h', '-r', '-p', 'closed').split('\n').filter(Boolean)).toHaveLength(1000);
      expect((await project.pipeline(['cancel', '--json'], { env: env() })).code).toBe(0);
      expect(cluster.ask('squeue', '-h', '-r', '-p', 'closed').trim()).toBe('');
    },
    5 * MINUTE,
  );

  test(
    'failures of real jobs are named',
    async () => {
      const project = await projectOf({ make: { command: 'true', outputs: {} } });
      const failed = async (slurm: object): Promise<string> => {
        await project.write('.pipelinerc.json', { slurm: { ...SETTINGS.slurm, ...slurm } });
        const run = await onCluster(project, '--force');
        expect(run.code).toBe(1);
        return JSON.stringify(run.of('failed')[0]?.failure);
      };
      expect(await failed({ partition: 'none' })).toContain('unknown partition');
      expect(await failed({ time: '2h' })).toContain('PartitionTimeLimit');
      await project.write(
        'pipeline.json',
        pipelineOf({ make: { command: 'true', outputs: {}, resources: { cpu: 64 } } }),
      );
      const refused = await project.pipeline(['run', '--executor', 'slurm'], { env: env() });
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('a node of the partition has 4');
    },
    MINUTE,
  );
});

interface Recorded {
  readonly execution: { readonly resumes: number; readonly host: string; readonly seconds: number };
}

/** The digests of all outputs, by instance. Two of the report name hosts and times. */
async function digestsOf(project: Project): Promise<unknown[]> {
  const lock = JSON.parse(await project.read('pipeline.lock.json')) as {
    readonly instances: Readonly<Record<string, { readonly outputs: Readonly<Record<string, unknown>> }>>;
  };
  return Object.entries(lock.instances).map(([id, { outputs }]) => [
    id,
    id === 'report' ? { csv: outputs.csv, markdown: outputs.markdown } : outputs,
  ]);
}

/** With the log's end, so that a failing test says why. */
const failuresOf = (run: Run): unknown[] => [
  ...run.of('failed'),
  ...(run.code === 0 || run.of('failed').length > 0 ? [] : [run.err]),
];

/** Numbers of running jobs. `instance`: in the comment of the job. */
function runningJobs(instance: string): string[] {
  const lines = cluster.ask('squeue', '-h', '-t', 'R', '-o', '%i|%k').split('\n');
  return lines.flatMap((line) => (line.includes(`"${instance}"`) ? [line.split('|')[0] ?? ''] : []));
}

async function savedCheckpoint(project: Project): Promise<boolean> {
  const { stdout } = await project.shell('find cache/work -path "*starts/*/checkpoint.safetensors" | head -n 1');
  return stdout !== '';
}

const EPOCHS = 90;

/** SimCLR on phantoms. @param slurm settings */
async function training({
  epochs = EPOCHS,
  ...slurm
}: { epochs?: number; [setting: string]: unknown } = {}): Promise<Project> {
  const data = (names: readonly string[]) =>
    Object.fromEntries(names.map((output) => [output, { stage: 'phantoms', output }]));
  const project = await projectOf(
    {
      phantoms: {
        module: 'stages/phantoms.ts',
        params: { images: 300, size: 16, seed: 1 },
        outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' },
      },
      split: {
        module: 'stages/split.ts',
        inputs: data(['table', 'dataset']),
        params: { policy: 'grouped', test: 0.2, validation: 0.2, seed: 0 },
        outputs: { split: 'split.csv', summary: 'split.json' },
      },
      pretrain: {
        module: 'stages/pretrain-simclr.ts',
        inputs: { ...data(['images', 'table', 'dataset']), split: { stage: 'split', output: 'split' }, weights: null },
        params: {
          ...{ network: 'resnet-small', epochs, batchSize: 32, learningRate: 0.1, warmupEpochs: 1 },
          ...{ temperature: 0.5, augmentation: 'fundus', seed: 0 },
        },
        outputs: { weights: 'weights.safetensors', curves: 'curves.json', pairs: 'pairs.png' },
        resources: { cpu: 1 },
      },
    },
    slurm,
  );
  await copyRepository(project);
  return project;
}

/** The default study of this repository. */
async function study(slurm: object): Promise<Project> {
  const project = await projectOf({}, slurm);
  await copyRepository(project);
  for (const name of ['pipeline.json', 'pipelines', 'schema'])
    await cp(path.join(repository, name), project.path(name), { recursive: true });
  return project;
}

async function copyRepository(project: Project): Promise<void> {
  for (const name of ['src', 'stages', 'dist', 'vendor', 'package.json', 'tsconfig.json'])
    await cp(path.join(repository, name), project.path(name), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const began = Date.now();
  while (!(await condition())) {
    if (Date.now() - began > 2 * MINUTE) throw new Error('Waited 2 minutes.');
    await sleep(200);
  }
}
