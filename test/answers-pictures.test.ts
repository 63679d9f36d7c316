import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf({
    draw: shell('echo 1 > ${outputs.out}'),
    train: shell(
      'cat ${inputs.x} > ${outputs.out}; test ${seed} != 1',
      { x: { stage: 'draw', output: 'out' } },
      { matrix: { seed: [0, 1] } },
    ),
  }),
};

test('timeline tells the last run, its critical path, and what failed; and draws it into a file', async () => {
  const project = await Project.create(study);
  await project.pipeline(['run', '--keep-going']);
  const text = (await project.pipeline(['timeline'])).out;
  expect(text).toMatch(/^Run [0-9a-f]{8} of pipeline\.json\n.*: failed after .*; 2 executed, 1 failed; /);
  expect(text).toMatch(/train:seed=1 +failed: exit 1 /);
  expect(text).toMatch(/critical path: .*: draw -> train:seed=[01]\n$/);
  expect((await project.pipeline(['timeline', '--output', 'run.svg'])).code).toBe(0);
  const svg = await project.read('run.svg');
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect((await project.pipeline(['timeline', '-o', '-'])).out).toBe(svg);
});

test('timeline takes a run that history lists, and refuses one that it does not', async () => {
  const project = await Project.create(study);
  await project.pipeline(['run', 'draw']);
  await project.pipeline(['run', 'train:seed=0']);
  const [, first] = JSON.parse((await project.pipeline(['history', '--json'])).out) as { id: string }[];
  const short = first!.id.split('-')[1]!;
  expect((await project.pipeline(['timeline', short])).out).toContain(`Run ${short} of pipeline.json: draw\n`);
  const { code, err } = await project.pipeline(['timeline', 'nonsense']);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'error: there is no run nonsense\n  pipeline history lists the runs.\n',
  });
});

test('timeline replaces a picture of its own, never another file', async () => {
  const project = await Project.create(study);
  await project.pipeline(['run', 'draw']);
  await project.write('notes.txt', 'mine');
  const { code, err } = await project.pipeline(['timeline', '-o', 'notes.txt']);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'error: notes.txt exists and is no SVG picture\n  Name another file, or remove this one first.\n',
  });
  expect(await project.read('notes.txt')).toBe('mine');
});

test('graph draws stages, or instances, as a picture', async () => {
  const project = await Project.create(study);
  const boxes = async (...words: string[]): Promise<number> =>
    (await project.pipeline(['graph', '--format', 'svg', ...words])).out.match(/class="box"/g)!.length;
  expect(await boxes()).toBe(2);
  expect(await boxes('--instances')).toBe(3);
});
