import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

test('logs -f follows a running instance across its attempts and ends with it', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      train: shell(
        'echo attempt; touch started; test -e again || { until test -e go; do sleep 0.02; done; touch again; exit ' +
          '3; }; until test -e finish; do sleep 0.02; done; echo last words; echo x > ${outputs.out}',
        {},
        { retries: { limit: 1, delay: '0s' } },
      ),
    }),
  });
  const running = project.start(['run']);
  await project.appears('started');
  const following = project.start(['logs', 'train', '--follow']);
  await following.prints('attempt\n');
  await project.write('go', '');
  await following.prints('attempt\nattempt\n');
  await project.write('finish', '');
  expect((await running.ended).code).toBe(0);
  const { code, out } = await following.ended;
  expect({ code, out }).toEqual({ code: 0, out: 'attempt\nattempt\nlast words\n' });
});

test('logs -f of what does not run prints the last log and ends', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ train: shell('echo said; echo x > ${outputs.out}') }),
  });
  await project.run();
  expect(await project.pipeline(['logs', 'train', '-f'])).toMatchObject({ code: 0, out: 'said\n' });
});
