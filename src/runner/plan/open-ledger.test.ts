import { expect, test } from 'vitest';
import { project } from './test-project.ts';

test('what was committed is fresh in the next command, and the stage is given its input', async () => {
  const p = project({
    files: { 'data/a.txt': 'one', 'stage.ts': 'export default async () => {};\n' },
    stages: { copy: { body: { kind: 'module', module: 'stage.ts' }, inputs: { source: { kind: 'path', path: 'data', optional: false } }, outputs: { text: 'text.txt' } } },
  });
  expect((await p.plan()).get('copy')).toMatchObject({ kind: 'run', reasons: [{ kind: 'never-run' }] });
  await p.run({ copy: (w) => { w.write('text', 'result'); } });
  expect((await p.plan()).get('copy')).toMatchObject({ kind: 'fresh' });
});
