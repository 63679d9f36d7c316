import { utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** count reads a folder; scale multiplies; describe is a command. count and scale import different files of lib/. */
const study = {
  'pipeline.json': pipelineOf(
    {
      count: { module: 'stages/count.ts', inputs: { images: 'images' }, outputs: { out: 'count.json' } },
      scale: {
        module: 'stages/scale.ts',
        inputs: { count: { stage: 'count', output: 'out' } },
        params: { factor: '${params.factor}', deep: '${params.deep}' },
        outputs: { out: 'scaled.json' },
      },
      describe: shell('echo result: > ${outputs.out}; cat ${inputs.scaled} >> ${outputs.out}', {
        scaled: { stage: 'scale', output: 'out' },
      }),
    },
    { factor: 3, deep: { rate: 0.5 } },
  ),
  'stages/count.ts': `import { readdir, writeFile } from 'node:fs/promises';
import { lengthOf } from '../lib/length.ts';
interface Work { readonly inputs: { images: string }; readonly outputs: { out: string } }
export default async function (stage: Work): Promise<void> {
  await writeFile(stage.outputs.out, JSON.stringify(lengthOf(await readdir(stage.inputs.images))));
}
`,
  'stages/scale.ts': `import { readFile, writeFile } from 'node:fs/promises';
import { times } from '../lib/times.ts';
export default async function (stage: any): Promise<void> {
  await writeFile(stage.outputs.out, String(times(Number(await readFile(stage.inputs.count, 'utf8')), stage.params.factor)));
}
`,
  'lib/length.ts': 'export const lengthOf = (list: readonly unknown[]): number => list.length;\n',
  'lib/times.ts': 'export const times = (a: number, b: number): number => a * b;\n',
  'images/a.pgm': 'P2 1 1 255 7',
  'images/b.pgm': 'P2 1 1 255 8',
};

/** A project whose stages were all executed. */
async function upToDate(): Promise<Project> {
  const project = await Project.create(study);
  const first = await project.run();
  expect(first.err).toBe('');
  expect(first.executed).toEqual(['count', 'describe', 'scale']);
  return project;
}

async function why(project: Project, instance: string): Promise<string> {
  const { out, code } = await project.pipeline(['why', instance]);
  expect(code).toBe(0);
  return out;
}

test('a second run executes nothing and says so in one line', async () => {
  const project = await upToDate();
  const { out, err, code } = await project.pipeline(['run']);
  expect({ out, err, code }).toEqual({ out: 'Nothing to do: 3 of 3 up to date.\n', err: '', code: 0 });
  expect(await why(project, 'scale')).toMatch(
    /^scale is up to date: executed \d{4}-\d\d-\d\d \d\d:\d\d UTC in [\d.]+s on \S+ \([0-9a-f]{12}\)\n$/,
  );
});

test('touching a file reruns nothing', async () => {
  const project = await upToDate();
  const later = new Date(Date.now() + 60_000);
  for (const file of ['images/a.pgm', 'stages/count.ts', 'lib/times.ts', 'pipeline.json'])
    await utimes(project.path(file), later, later);
  expect((await project.run()).executed).toEqual([]);
});

test('a changed param reruns the stage that reads it and what follows', async () => {
  const project = await upToDate();
  const changed = { ...study['pipeline.json'], params: { factor: 5, deep: { rate: 0.1 } } };
  await project.write('pipeline.json', changed);
  expect(await why(project, 'scale')).toBe('scale will run:\n  params.deep.rate 0.5 -> 0.1\n  params.factor 3 -> 5\n');
  expect(await why(project, 'describe')).toBe('describe will run:\n  input scaled of scale will change\n');
  expect((await project.run()).executed).toEqual(['describe', 'scale']);
});

test('--set counts like an edit of the file, and taking it back restores without executing', async () => {
  const project = await upToDate();
  expect((await project.run('--set', 'factor=4')).executed).toEqual(['describe', 'scale']);
  const back = await project.run();
  expect(back.executed).toEqual([]);
  expect(back.ids('restored')).toEqual(['describe', 'scale']);
});

test('one changed image is named; a stage that makes the same result of it stops the rerun there', async () => {
  const project = await upToDate();
  await project.write('images/b.pgm', 'P2 1 1 255 9');
  expect(await why(project, 'count')).toMatch(
    /^count will run:\n {2}images\/b\.pgm changed \([0-9a-f]{4}\.\. -> [0-9a-f]{4}\.\.\)\n$/,
  );
  const run = await project.run();
  expect(run.executed).toEqual(['count']);
  expect(run.of('finished')[0]).toMatchObject({ summary: { outcome: 'done', counts: { executed: 1, fresh: 2 } } });
});

test('an added and a removed image are named as such', async () => {
  const project = await upToDate();
  await project.write('images/c.pgm', 'P2 1 1 255 9');
  await project.remove('images/a.pgm');
  const reasons = await why(project, 'count');
  expect(reasons).toMatch(/images\/a\.pgm removed \(was [0-9a-f]{4}\.\.\)/);
  expect(reasons).toMatch(/images\/c\.pgm added \([0-9a-f]{4}\.\.\)/);
});

test('a comment and white space in a module rerun nothing', async () => {
  const project = await upToDate();
  await project.write(
    'lib/times.ts',
    '// Multiplication.\n\nexport const times = (a: number, b: number): number =>\n  a * b; /* exactly */\n',
  );
  expect((await project.run()).executed).toEqual([]);
});

test('a line changed in an imported module reruns only the stages that import it', async () => {
  const project = await upToDate();
  await project.write('lib/times.ts', 'export const times = (a: number, b: number): number => a * b + 1;\n');
  expect(await why(project, 'scale')).toBe('scale will run:\n  code: lib/times.ts changed\n');
  expect((await project.run()).executed).toEqual(['describe', 'scale']);
});

test('a changed command reruns its stage and names both texts', async () => {
  const project = await upToDate();
  const text = JSON.stringify(study['pipeline.json']).replace('echo result:', 'echo outcome:');
  await project.write('pipeline.json', text);
  expect(await why(project, 'describe')).toContain('command ');
  expect(await why(project, 'describe')).toContain('echo outcome:');
  expect((await project.run()).executed).toEqual(['describe']);
});

test('a declared environment variable counts by its value, any other does not', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ greet: shell('echo $GREETING > ${outputs.out}', {}, { env: ['GREETING'] }) }),
  });
  const run = (env: Record<string, string>) => project.pipeline(['run'], { env });
  await run({ GREETING: 'hello' });
  expect((await run({ GREETING: 'hello', OTHER: 'x' })).out).toContain('Nothing to do');
  expect((await run({ GREETING: 'goodbye' })).out).toContain('env GREETING "hello" -> "goodbye"');
});

test('--force executes the targets only', async () => {
  const project = await upToDate();
  expect((await project.run('scale', '--force')).executed).toEqual(['scale']);
});

test('a target runs with what it needs and nothing else', async () => {
  const project = await Project.create(study);
  expect((await project.run('scale')).executed).toEqual(['count', 'scale']);
});

test('a dry run tells the plan and changes nothing', async () => {
  const project = await Project.create(study);
  const { out, code } = await project.pipeline(['run', '--dry-run']);
  expect(code).toBe(0);
  expect(out).toContain('count     run     never run');
  expect(out).toContain('0 of 3 up to date, 3 to run.');
  expect(project.exists('pipeline.lock.json')).toBe(false);
  expect((await project.run()).executed).toEqual(['count', 'describe', 'scale']);
});

test('status --check is a gate: 3 while something is stale, 0 once nothing is', async () => {
  const project = await Project.create(study);
  expect((await project.pipeline(['status', '--check'])).code).toBe(3);
  await project.run();
  const { out, code } = await project.pipeline(['status', '--check']);
  expect({ out, code }).toEqual({ out: '3 of 3 up to date.\n', code: 0 });
});
