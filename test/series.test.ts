/** The series of metrics: kept as they are reported, with the result, and wherever the result goes. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scalarsIn } from '../src/runner/series/read-event-file.test-support.ts';
import { parseSeries } from '../src/runner/series/read-series.ts';
import type { RunRecord } from '../src/formats/run-record.ts';
import { pipelineOf, Project } from './rig.test-support.ts';

/**
 * Reports `steps` losses, and waits for the file `go` before the one at `wait`. It saves each step as its checkpoint.
 */
const TRAIN = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export default async (stage) => {
  const state = stage.checkpoint + '/step';
  const first = existsSync(state) ? Number(readFileSync(state, 'utf8')) + 1 : 0;
  for (let step = first; step < stage.params.steps; step++) {
    if (step === stage.params.wait) while (!existsSync(stage.params.go)) await setTimeout(10);
    stage.metric('loss', 1 / (step + 1), step);
    if (step % 2 === 1) { stage.metric('accuracy', step / 10, (step - 1) / 2); writeFileSync(state, String(step)); }
  }
  writeFileSync(stage.output('out'), 'trained');
};`;

async function training(wait = -1): Promise<Project> {
  const project = await Project.create({ 'train.mjs': TRAIN });
  await project.write(
    'pipeline.json',
    pipelineOf({
      train: {
        module: 'train.mjs',
        params: { steps: 9, wait, go: project.path('go') },
        outputs: { out: 'out.txt' },
      },
    }),
  );
  return project;
}

const SLOWLY = { timeout: 30_000 };
const LOSSES = Array.from({ length: 9 }, (_, step) => [step, 1 / (step + 1)]);
const ACCURACIES = [0, 1, 2, 3].map((step) => [step, (2 * step + 1) / 10]);

/** Step and value of each point, by metric. */
function keptIn(project: Project, record: RunRecord): Record<string, unknown[]> {
  const { digest } = record.execution.series ?? { digest: '' };
  const text = readFileSync(project.path(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`), 'utf8');
  return Object.fromEntries(
    [...parseSeries(text)].map(([name, points]) => [name, points.map(({ step, value }) => [step, value])]),
  );
}

async function recordOf(project: Project): Promise<RunRecord> {
  const { out } = await project.pipeline(['show', 'train', '--json']);
  return JSON.parse(out) as RunRecord;
}

const live = (project: Project): string[] => {
  const folder = project.path('cache/metrics');
  return project.exists('cache/metrics') ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
};

test('the whole series is kept with the result, and the live file is gone', async () => {
  const project = await training();
  expect((await project.run()).code).toBe(0);
  const record = await recordOf(project);
  expect(keptIn(project, record)).toEqual({ loss: LOSSES, accuracy: ACCURACIES });
  expect(record.execution.series?.points).toBe(13);
  expect(record.execution.metrics.loss).toBe(1 / 9);
  expect(live(project)).toEqual([]);
});

test('after kill -9 of the runner, with a line cut in the middle, the series goes on from the checkpoint', async () => {
  const project = await training(7);
  const killed = project.start(['run', '--json']);
  await expect
    .poll(() => live(project).map((file) => readFileSync(file, 'utf8').split('\n').length), SLOWLY)
    .toEqual([12]);
  killed.signal('SIGKILL');
  await killed.ended;
  const [file = ''] = live(project);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.slice(0, -20));
  await project.write('go', '');
  expect((await project.run()).code).toBe(0);
  const record = await recordOf(project);
  expect(record.execution.resumes).toBe(1);
  expect(keptIn(project, record)).toEqual({ loss: LOSSES, accuracy: ACCURACIES });
});

test('a result that is restored, swept around, and carried in an archive keeps its series', async () => {
  const project = await training();
  await project.run();
  await project.append('train.mjs', '\n// another line, which is no other code\nexport const more = 1;');
  await project.run();
  await project.write('train.mjs', TRAIN);
  expect((await project.run()).code).toBe(0);
  const record = await recordOf(project);
  expect((await project.pipeline(['gc', '--delete'])).code).toBe(0);
  expect(keptIn(project, record)).toEqual({ loss: LOSSES, accuracy: ACCURACIES });

  expect((await project.pipeline(['export', 'all.tar'])).code).toBe(0);
  const other = await training();
  await other.write('pipeline.json', await project.read('pipeline.json'));
  expect((await other.pipeline(['import', project.path('all.tar')])).code).toBe(0);
  expect(keptIn(other, await recordOf(other))).toEqual({ loss: LOSSES, accuracy: ACCURACIES });
});

test('a pushed result keeps its series, and one whose series is lost is a result all the same', async () => {
  const project = await training();
  await project.run();
  const record = await recordOf(project);
  mkdirSync(project.path('lab'));
  await project.pipeline(['remote', 'add', 'lab', 'lab']);
  expect((await project.pipeline(['push'])).code).toBe(0);
  await project.remove('cache');
  expect((await project.pipeline(['pull'])).code).toBe(0);
  expect(keptIn(project, record)).toEqual({ loss: LOSSES, accuracy: ACCURACIES });

  const { digest } = record.execution.series ?? { digest: '' };
  await project.remove(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`);
  expect((await project.pipeline(['verify'])).code).toBe(0);
  expect((await project.pipeline(['status', '--check'])).code).toBe(0);
  expect((await project.pipeline(['export', 'all.tar'])).code).toBe(0);
  expect((await project.pipeline(['push'])).code).toBe(0);
});

test('an audit leaves the series of the result alone', async () => {
  const project = await training();
  await project.run();
  const before = (await recordOf(project)).execution.series;
  expect((await project.pipeline(['run', '--audit'])).code).toBe(0);
  expect((await recordOf(project)).execution.series).toEqual(before);
  expect(live(project)).toEqual([]);
});

test('event files for TensorBoard are written where the settings ask for them, and go on after an interruption', async () => {
  const project = await training(7);
  await project.write('.pipelinerc.json', { tensorboard: 'boards' });
  const killed = project.start(['run', '--json']);
  await expect
    .poll(() => eventFiles(project).map((file) => scalarsIn(readFileSync(file)).length), SLOWLY)
    .toEqual([10]);
  killed.signal('SIGKILL');
  await killed.ended;
  await project.write('go', '');
  expect((await project.run()).code).toBe(0);
  const [first = '', second = ''] = eventFiles(project);
  expect(path.dirname(second)).toBe(path.dirname(first));
  expect(scalarsIn(readFileSync(second)).map(({ tag, step }) => `${tag} ${step}`)).toEqual([
    'loss 6',
    'loss 7',
    'accuracy 3',
    'loss 8',
  ]);
  expect((await project.pipeline(['run', '--audit'])).code).toBe(0);
  expect(eventFiles(project)).toHaveLength(2);
});

test('a setting for TensorBoard that is no folder is refused', async () => {
  const project = await training();
  await project.write('.pipelinerc.json', { tensorboard: true });
  const { code, err } = await project.pipeline(['run']);
  expect(code).toBe(2);
  expect(err).toContain('.pipelinerc.json: tensorboard: expected the path of a folder, got true');
});

/** Absolute paths, oldest first. */
function eventFiles(project: Project): string[] {
  if (!project.exists('boards')) return [];
  return readdirSync(project.path('boards'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => project.path(`boards/${name}`));
}
