import { chmod, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const permissions = async (project: Project, file: string): Promise<string> =>
  ((await stat(project.path(file))).mode & 0o777).toString(8);

/** `build` makes a small program, as a file and in a folder; `use` runs both. */
const study = (flag: '+x' | '-x') => ({
  'pipeline.json': pipelineOf({
    build: shell(
      [
        "printf '#!/bin/sh\\necho hi\\n' > ${outputs.tool}",
        'cp ${outputs.tool} ${outputs.tools}/t',
        `chmod ${flag} \${outputs.tool} \${outputs.tools}/t`,
      ].join(' && '),
      {},
      {
        outputs: {
          tool: { file: 'tool.sh', publish: 'out/tool.sh', commit: true },
          tools: { file: 'tools/', publish: 'out/tools' },
        },
      },
    ),
    use: shell('${inputs.tool} > ${outputs.out} && ${inputs.tools}/t >> ${outputs.out}', {
      tool: { stage: 'build', output: 'tool' },
      tools: { stage: 'build', output: 'tools' },
    }),
  }),
});

test('an executable output stays executable: for its readers, at its published place, in folders, beside the lockfile', async () => {
  const project = await Project.create(study('+x'));
  expect((await project.run()).code).toBe(0);
  expect(await permissions(project, 'out/tool.sh')).toBe('755');
  expect(await permissions(project, 'out/tools/t')).toBe('755');
  expect(await permissions(project, 'pipeline.lock/build/tool.sh')).toBe('755');
  await project.remove('out');
  expect((await project.run()).ids('restored')).toEqual(['build']);
  expect(await permissions(project, 'out/tool.sh')).toBe('755');
  await project.pipeline(['checkout', '--to', 'taken']);
  expect(await permissions(project, 'taken/build/tool.sh')).toBe('755');
});

test('an executable output stays executable in an archive', async () => {
  const project = await Project.create(study('+x'));
  await project.run();
  expect((await project.pipeline(['export', 'results.tar'])).code).toBe(0);
  for (const name of ['cache', 'out', 'pipeline.lock', 'pipeline.lock.json']) await project.remove(name);
  expect((await project.pipeline(['import', 'results.tar'])).code).toBe(0);
  expect((await project.run()).executed).toEqual([]);
  expect(await permissions(project, 'out/tool.sh')).toBe('755');
});

test('a published file that lost its executable bit is put right', async () => {
  const project = await Project.create(study('+x'));
  await project.run();
  await chmod(project.path('out/tool.sh'), 0o644);
  expect((await project.pipeline(['status', '--check'])).code).toBe(3);
  expect((await project.run()).executed).toEqual([]);
  expect(await permissions(project, 'out/tool.sh')).toBe('755');
});

test('a file of the workspace that becomes executable has changed', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ use: shell('cat ${inputs.tool} > ${outputs.out}', { tool: 'tool.sh' }) }),
    'tool.sh': 'echo hi\n',
  });
  await project.run();
  await chmod(project.path('tool.sh'), 0o755);
  expect((await project.pipeline(['why', 'use'])).out).toContain('tool.sh changed (file -> executable)');
  expect((await project.run()).executed).toEqual(['use']);
});

test('an output that is no longer executable makes its readers run again', async () => {
  const project = await Project.create(study('+x'));
  await project.run();
  await project.write('pipeline.json', study('-x')['pipeline.json']);
  expect((await project.run()).of('failed').map(({ id }) => id)).toEqual(['use']);
  expect(await permissions(project, 'out/tool.sh')).toBe('644');
});
