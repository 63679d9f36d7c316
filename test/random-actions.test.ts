/**
 * Random sequences of user actions, each followed by a run. The published files equal those of a fresh project, and no
 * execution is repeated for the same inputs.
 */
import { randomInt } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { random } from '../src/util/random.ts';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const STEPS = 26;

const published = (name: string): object => ({ outputs: { out: { file: 'out.txt', publish: `out/${name}.txt` } } });

/** The present content of the user's files. Names of images count, because `join` prints them. */
interface State {
  file: string;
  name: string;
  factor: number;
  images: Map<string, string>;
}

const files = ({ file, name, factor, images }: State): Record<string, string | object> => ({
  'pipeline.json': pipelineOf(
    {
      join: shell(
        'cd ${inputs.images}; for i in *; do echo $i; cat $i; done > ${outputs.out}',
        { images: 'images' },
        published('join'),
      ),
      // Few different results, so that consumers often see unchanged inputs.
      count: shell('grep -c . ${inputs.x} > ${outputs.out}', { x: { stage: 'join', output: 'out' } }),
      scale: shell(
        'echo ${params.factor} > ${outputs.out}; cat ${inputs.n} ${inputs.file} >> ${outputs.out}',
        { n: { stage: 'count', output: 'out' }, file: name },
        { params: { factor: '${params.factor}' }, ...published('scale') },
      ),
      both: shell(
        'cat ${inputs.a} ${inputs.b} > ${outputs.out}',
        { a: { stage: 'join', output: 'out' }, b: { stage: 'scale', output: 'out' } },
        published('both'),
      ),
    },
    { factor },
  ),
  [name]: file,
  ...Object.fromEntries([...images].map(([image, content]) => [`images/${image}`, content])),
});

/** The expected outputs of each stage, computed here; and all its dependencies as a text. */
function expected({ file, factor, images }: State): { outputs: Record<string, string>; keys: Record<string, string> } {
  const names = [...images.keys()].sort();
  const join = names.map((name) => `${name}\n${images.get(name)!}`).join('');
  const count = `${join.split('\n').filter(Boolean).length}\n`;
  const scale = `${factor}\n${count}${file}`;
  return {
    outputs: { join, scale, both: join + scale },
    keys: { join: `join ${join}`, count: `count ${join}`, scale: `scale ${scale}`, both: `both ${join} ${scale}` },
  };
}

test(`whatever a user does, a run makes what a clean run makes, and executes nothing again (SEED=${seed})`, async () => {
  const draw = random('user', seed);
  const pick = <T>(list: readonly T[]): T => list[draw.integer(list.length)]!;
  const state: State = {
    file: 'A\n',
    name: 'a.txt',
    factor: 1,
    images: new Map([
      ['1', 'x\n'],
      ['2', 'y\n'],
    ]),
  };
  const project = await Project.create(files(state));
  const image = (): string => pick([...state.images.keys()]);
  let seen = new Set<string>();
  /**
   * The part that was lost since the last run. Without store and lockfile, a published file looks like a user's own.
   */
  let lost: 'lockfile' | 'store' | undefined;
  const log: string[] = [];

  /** Edits a file like other programs: in place, by a new file in its place, or with the time restored. */
  const edit = async (name: string, content: string): Promise<void> => {
    const way = pick(['over', 'replace', 'unseen']);
    const before = await stat(project.path(name));
    if (way === 'replace') await rm(project.path(name));
    await project.write(name, content);
    if (way === 'unseen') await utimes(project.path(name), before.atime, before.mtime);
  };

  const actions: Record<string, () => Promise<unknown>> = {
    'edit the file': () => edit(state.name, (state.file = pick(['A\n', 'B\n', 'CC\n']))),
    'edit an image': () => {
      const name = image();
      state.images.set(name, pick(['x\n', 'y\n', 'z\n\n']));
      return edit(`images/${name}`, state.images.get(name)!);
    },
    'add an image': () => {
      const name = pick(['0', '3', '4']);
      state.images.set(name, 'x\n');
      return project.write(`images/${name}`, 'x\n');
    },
    'remove an image': async () => {
      if (state.images.size === 1) return;
      const name = image();
      state.images.delete(name);
      await project.remove(`images/${name}`);
    },
    'rename an image': async () => {
      const [from, to] = [image(), pick(['0', '5'])];
      if (state.images.has(to)) return;
      state.images.set(to, state.images.get(from)!);
      state.images.delete(from);
      await rename(project.path(`images/${from}`), project.path(`images/${to}`));
    },
    'touch everything': () => project.shell('find . -path ./cache -prune -o -type f -exec touch {} +'),
    'change a parameter': () => {
      state.factor = 1 + draw.integer(3);
      return project.write('pipeline.json', files(state)['pipeline.json']!);
    },
    'rename the file': async () => {
      const to = pick(['a.txt', 'b.txt', 'deep/c.txt']);
      await mkdir(project.path('deep'), { recursive: true });
      await rename(project.path(state.name), project.path(to));
      state.name = to;
      await project.write('pipeline.json', files(state)['pipeline.json']!);
    },
    'delete a published file': () => project.remove(`out/${pick(['join', 'scale', 'both'])}.txt`),
    'delete all published files': () => project.remove('out'),
    'delete the lockfile': async () => {
      if (lost === 'store') return;
      lost = 'lockfile';
      await project.remove('pipeline.lock.json');
    },
    'delete what is remembered to save time': () => project.remove('cache/state'),
    'spoil what is remembered to save time': () =>
      project.shell('mkdir -p cache/state; find cache/state -type f -exec sh -c \'echo junk > "$1"\' - {} \\;'),
    'delete part of the store': async () => {
      if (lost === 'lockfile') return;
      lost = 'store';
      seen = new Set();
      await project.remove(pick(['cache', 'cache/objects', 'cache/runs']));
    },
    'delete a blob': async () => {
      const blobs = (await readdir(project.path('cache/objects'), { recursive: true }).catch(() => [])).filter(
        (name) => name.length > 60,
      );
      if (blobs.length === 0 || lost === 'lockfile') return;
      lost = 'store';
      seen = new Set();
      await project.remove(`cache/objects/${pick(blobs)}`);
    },
  };

  for (let step = 0; step < STEPS; step++) {
    for (let i = draw.integer(3); i >= 0 && step > 0; i--) {
      const name = pick(Object.keys(actions));
      log.push(name);
      await actions[name]!();
    }
    const { outputs, keys } = expected(state);
    const run = await project.run();
    const story = `SEED=${seed}: ${log.join(', ')}, run -> ${run.executed.join(' ')}\n${run.err}`;
    expect(run.code, story).toBe(0);
    for (const [stage, output] of Object.entries(outputs))
      expect(await project.read(`out/${stage}.txt`), story).toBe(output);
    expect(
      run.executed.filter((id) => seen.has(keys[id]!)),
      story,
    ).toEqual([]);
    for (const key of Object.values(keys)) seen.add(key);
    log.push('run');
    lost = undefined;
  }

  const clean = await Project.create(files(state));
  expect((await clean.run()).code).toBe(0);
  for (const name of await readdir(clean.path('out')))
    expect(await project.read(`out/${name}`), name).toBe(await clean.read(`out/${name}`));
  expect((await project.pipeline(['run'])).out).toContain('Nothing to do');
});
