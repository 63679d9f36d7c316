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
