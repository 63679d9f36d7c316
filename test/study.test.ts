/** The study itself, cut down to a minute: the repository's own pipeline.json in a copy of the project. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const repository = path.resolve(import.meta.dirname, '..');
const command = path.join(repository, 'dist/cli/main.js');

/** Enough to exercise every stage, too little to learn much. */
const TINY = [
  'seeds=[0,1]',
  'phantoms.images=240',
  'fractals.images=200',
  'supervised.epochs=1',
  'pretrain.epochs=1',
  'pretrain.batchSize=64',
  'finetune.epochs=2',
  'finetune.minSteps=20',
  'learningRates=[0.1]',
].flatMap((assignment) => ['--set', assignment]);

let project: string;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'pretext-study-'));
  for (const name of [
    'src',
    'stages',
    'schema',
    'dist',
    'pipeline.json',
    'pipelines',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'vendor',
  ]) {
    await cp(path.join(repository, name), path.join(project, name), { recursive: true });
  }
  await symlink(path.join(repository, 'node_modules'), path.join(project, 'node_modules'));
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

interface Event {
  readonly type: string;
  readonly id?: string;
}

async function run(...more: string[]): Promise<Event[]> {
  const { stdout } = await execa('node', [command, 'run', '--json', ...TINY, ...more], { cwd: project });
  return stdout.split('\n').map((line) => JSON.parse(line) as Event);
}

/** The learning rate that an instance of select chose. */
async function chosenRate(id: string, more: readonly string[]): Promise<number> {
  const { stdout } = await execa('node', [command, 'show', id, '--json', ...TINY, ...more], { cwd: project });
  return (JSON.parse(stdout) as { execution: { notes: { learningRate: number } } }).execution.notes.learningRate;
}

const executed = (events: readonly Event[]) =>
  events.filter(({ type }) => type === 'succeeded').map(({ id }) => String(id));
const stagesOf = (ids: readonly string[]) => [...new Set(ids.map((id) => id.split(':')[0]!))].sort();

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const place = path.join(project, file);
  const before = await readFile(place, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(place, after);
}

describe('the study', { concurrent: false }, () => {
  test('runs from images to a self-contained report', { timeout: 300_000 }, async () => {
    const ids = executed(await run());
    expect(ids.filter((id) => id.startsWith('finetune:'))).toHaveLength(8);
    expect(ids.filter((id) => id.startsWith('trial:'))).toHaveLength(4);
    const page = await readFile(path.join(project, 'reports/index.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
    for (const model of ['M1', 'M2', 'M3', 'M4']) expect(page).toContain(model);
    expect(page.toLowerCase()).toContain('fractal');
  });

  test('executes nothing when nothing changed', async () => {
    expect(executed(await run())).toEqual([]);
  });

  test('executes nothing when a comment is added to the loss', async () => {
    await edit('src/learn/ssl/simclr.ts', (text) => `// A comment.\n${text}`);
    expect(executed(await run())).toEqual([]);
  });

  test(
    'a changed temperature reruns pre-training, the models that start from it, and what reads those',
    { timeout: 300_000 },
    async () => {
      const ids = executed(await run('--set', 'simclr.temperature=0.2'));
      expect(stagesOf(ids)).toEqual([
        'evaluate',
        'explain',
        'finetune',
        'pretrain',
        'probe',
        'report',
        'select',
        'trial',
      ]);
      const tuned = ids.filter((id) => id.startsWith('finetune:'));
      expect(new Set(tuned.map((id) => /pretraining=(\w+)/.exec(id)?.[1]))).toEqual(new Set(['simclr']));
    },
  );

  test('why names the parameter with both values', async () => {
    const { stdout } = await execa(
      'node',
      [command, 'why', 'pretrain:start=random,seed=0', ...TINY, '--set', 'simclr.temperature=0.3'],
      { cwd: project },
    );
    expect(stdout).toMatch(/temperature\s+0\.2 -> 0\.3/);
  });

  test(
    'a further learning rate trains that rate alone, and all seeds again only where it is chosen; why says so',
    { timeout: 300_000 },
    async () => {
      const more = ['--set', 'learningRates=[0.1,0.001]'];
      const { stdout } = await execa('node', [command, 'why', 'select', ...TINY, ...more], { cwd: project });
      expect(stdout).toMatch(/learningRate=0\.001/);
      const events = await run(...more);
      const ids = executed(events);
      const trials = ids.filter((id) => id.startsWith('trial:'));
      expect(trials).toHaveLength(4);
      expect(trials.every((id) => id.includes('learningRate=0.001'))).toBe(true);
      const selected = ids.filter((id) => id.startsWith('select:'));
      expect(selected).toHaveLength(4);
      const rates = await Promise.all(selected.map((id) => chosenRate(id, more)));
      const changed = selected.filter((_, i) => rates[i] === 0.001).map((id) => id.slice('select:'.length));
      const tuned = ids.filter((id) => id.startsWith('finetune:'));
      expect(tuned).toHaveLength(2 * changed.length);
      for (const id of tuned) expect(changed).toContain(id.slice('finetune:'.length).replace(/,seed=\d+/, ''));
    },
  );

  test('going back to the old temperature executes nothing: the results are still in the store', async () => {
    expect(executed(await run())).toEqual([]);
  });
});
