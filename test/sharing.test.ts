import { expect, test } from 'vitest';
import { pipelineOf, Project, Run, shell } from './rig.ts';

test('two runners at once execute each instance once, and both end with all results', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      first: shell('echo first >> executed; touch started; while [ ! -e go ]; do sleep 0.02; done; echo 1 > ${outputs.out}'),
      second: shell('echo second >> executed; cat ${inputs.x} > ${outputs.out}', { x: { stage: 'first', output: 'out' } }),
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
