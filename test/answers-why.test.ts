import { expect, test } from 'vitest';
import { pipelineOf, Project } from './rig.test-support.ts';

test('why names the package whose version changed, and the run after it executes the stages that import it', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({ greet: { module: 'greet.mjs', outputs: { out: 'out.txt' } } }),
    'greet.mjs':
      "import { writeFileSync } from 'node:fs';\nimport { word } from 'words';\nexport default (stage) => { " +
      'writeFileSync(stage.outputs.out, word); };\n',
    'node_modules/words/package.json': { name: 'words', version: '1.0.0', type: 'module', exports: './index.js' },
    'node_modules/words/index.js': "export const word = 'hello';\n",
  });
  expect((await project.run()).executed).toEqual(['greet']);
  await project.write('node_modules/words/package.json', {
    name: 'words',
    version: '1.1.0',
    type: 'module',
    exports: './index.js',
  });
  expect((await project.pipeline(['why', 'greet'])).out).toBe('greet will run:\n  package words 1.0.0 -> 1.1.0\n');
  expect((await project.run()).executed).toEqual(['greet']);
});

test('an axis that is new or gone is said as what it is, and further values of an axis are never run', async () => {
  const stage = (matrix: object) => pipelineOf({ a: { command: 'true > ${outputs.o}', matrix, outputs: { o: 'o' } } });
  const project = await Project.create({ 'pipeline.json': stage({}) });
  const why = async () => (await project.pipeline(['why', 'a'])).out;
  await project.run();
  await project.write('pipeline.json', stage({ seed: [0] }));
  expect(await why()).toBe('a:seed=0 will run:\n  axis seed is new: it ran as a\n');
  expect((await project.pipeline(['run', '-n'])).out).toContain('axis seed is new: it ran as a');
  await project.run();
  await project.write('pipeline.json', stage({ lr: [1], seed: [0, 1] }));
  expect(await why()).toBe(
    'a:lr=1,seed=0 will run:\n  axis lr is new: it ran as a:seed=0\na:lr=1,seed=1 will run:\n  never run\n',
  );
  await project.write('pipeline.json', stage({ lr: [1] }));
  expect(await why()).toBe('a:lr=1 will run:\n  axis lr is new and axis seed is gone: it ran as a:seed=0\n');
  await project.write('pipeline.json', stage({ seed: [0, 1] }));
  expect(await why()).toMatch(/^a:seed=1 will run:\n {2}never run$/m);
});
