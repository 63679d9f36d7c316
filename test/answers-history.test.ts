import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

/** `sum` reads data/, `report` reads it; a file `broken` makes `report` fail. */
const pipeline = (factor: number): object =>
  pipelineOf(
    {
      sum: {
        module: 'sum.mjs',
        inputs: { data: 'data' },
        params: { factor: '${params.factor}' },
        outputs: { out: 'sum.txt' },
      },
      report: shell('test ! -e broken && cat ${inputs.sum} > ${outputs.out}', { sum: { stage: 'sum', output: 'out' } }),
    },
    { factor },
  );

const study = {
  'pipeline.json': pipeline(1),
  'sum.mjs': `import { readdirSync, writeFileSync } from 'node:fs';
export default async function (stage) {
  const sum = readdirSync(stage.inputs.data).length * stage.params.factor;
  stage.metric('sum', sum);
  writeFileSync(stage.outputs.out, String(sum));
}
`,
  'data/a.txt': 'a',
};

interface Row {
  readonly ended: string;
  readonly [field: string]: unknown;
}

async function history(project: Project, ...words: string[]): Promise<Row[]> {
  const { out, err, code } = await project.pipeline(['history', '--json', ...words]);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return JSON.parse(out) as Row[];
}

test('history lists what each run did, the newest first; a run with nothing to do is none', async () => {
  const project = await Project.create(study);
  expect((await project.pipeline(['history'])).out).toBe('No run has done anything here yet.\n');
  await project.pipeline(['run', 'sum']);
  await project.pipeline(['run', 'sum']);
  await project.write('broken', '');
  await project.pipeline(['run']);
  const { out } = await project.pipeline(['history']);
  expect(
    out.split('\n').map((line) => line.replace(/^[0-9a-f]{8} {2}\S+ \S+ UTC/, 'RUN').replace(/ [\d.]+s /, ' TIME ')),
  ).toEqual([
    expect.stringMatching(/^run +started +ended +time +instances +targets$/),
    'RUN  failed  TIME  1 up to date, 1 failed  all',
    'RUN  done    TIME  1 executed              sum',
    '',
  ]);
  expect(await history(project, '--last', '1')).toMatchObject([
    {
      outcome: 'failed',
      instances: [
        { id: 'sum', ended: 'fresh' },
        { id: 'report', ended: 'failed', reads: ['sum'] },
      ],
    },
  ]);
});

test('history of an instance tells each result, its metrics, and the change that led to it, down to the file', async () => {
  const project = await Project.create(study);
  await project.pipeline(['run']);
  await project.write('data/b.txt', 'b');
  await project.pipeline(['run']);
  await project.write('pipeline.json', pipeline(5));
  await project.pipeline(['run']);
  const events = await history(project, 'sum');
  expect(events).toMatchObject([
    {
      ended: 'executed',
      current: true,
      metrics: { sum: 10 },
      changes: [{ kind: 'param', path: 'factor', before: 1, after: 5 }],
    },
    { ended: 'executed', current: false, metrics: { sum: 2 }, changes: [{ kind: 'input', path: 'data/b.txt' }] },
    { ended: 'executed', current: false, metrics: { sum: 1 }, changes: [] },
  ]);
  const { out } = await project.pipeline(['history', 'sum']);
  expect(out).toMatch(/current .* sum 10 +params\.factor 1 -> 5\n/);
  expect(out).toMatch(/done .* sum 2 +data\/b\.txt added \([0-9a-f]{4}\.\.\)\n/);
});

test('history of an instance tells failures and interruptions too', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ wait: shell('test ! -e broken || exit 3; touch started; sleep 60') }),
    broken: '',
  });
  await project.pipeline(['run']);
  await project.remove('broken');
  const running = project.start(['run']);
  await project.appears('started');
  running.signal('SIGINT');
  expect((await running.ended).code).toBe(130);
  expect(await history(project, 'wait')).toMatchObject([
    { ended: 'interrupted' },
    { ended: 'failed', failure: { kind: 'exit', code: 3 } },
  ]);
});

test('a history file that cannot be read is named and the rest is told', async () => {
  const project = await Project.create(study);
  await project.pipeline(['run']);
  await project.write('cache/history/20990101T000000000Z-00000000.json', '{');
  const { out, err, code } = await project.pipeline(['history']);
  expect(code).toBe(0);
  expect(err).toBe('cache/history/20990101T000000000Z-00000000.json cannot be read and is left out.\n');
  expect(out).toContain('2 executed');
});
