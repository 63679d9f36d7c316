import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pipelineOf, Project } from './rig.test-support.ts';

const SECRET = 'hunter2-7f3a9c';

test('a secret variable reaches its stages and is written nowhere', async () => {
  const env = ['PLAIN', { name: 'TOKEN', secret: true }];
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      shell: {
        command: 'printf %s "$TOKEN" | wc -c > ${outputs.n}; echo "$PLAIN" >> ${outputs.n}',
        outputs: { n: 'n.txt' },
        env,
      },
      module: { module: 'module.mjs', outputs: { n: 'n.txt' }, env },
      failing: { command: 'exit 3', env, retries: { limit: 1, delay: 0 } },
      open: {
        command: 'echo "<$(printenv TOKEN || true)>" > ${outputs.n}',
        outputs: { n: { file: 'n.txt', publish: 'open.txt' } },
      },
    }),
    'module.mjs': `import { writeFileSync } from 'node:fs';
export default (stage) => { writeFileSync(stage.output('n'), String(process.env.TOKEN.length)); };
`,
  });
  const settings = { env: { TOKEN: SECRET, PLAIN: 'visible' } };
  const said = [];
  for (const words of [
    ['run', '--dry-run'],
    ['run', '--json', '-k'],
    ['run', '-k'],
    ['status'],
    ['status', '--json'],
    ['why', 'shell'],
    ['show', 'shell'],
    ['show', 'shell', '--json'],
    ['show', 'module', '--json'],
    ['logs', 'shell'],
    ['history'],
  ]) {
    const { out, err } = await project.pipeline(words, settings);
    said.push(out, err);
  }
  expect(said.filter((text) => text.includes(SECRET))).toEqual([]);
  expect(said.join('')).toContain('visible');
  expect(await project.read('open.txt')).toBe('<>\n');

  const files = (await readdir(project.root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
  expect(texts.filter(([, text]) => text.includes(SECRET)).map(([file]) => file)).toEqual([]);
  // It was there: both stages counted its letters.
  expect(texts.filter(([file, text]) => file.includes('objects') && /^14\b/.test(text.trim()))).toHaveLength(2);

  const changed = await project.pipeline(['status'], { env: { TOKEN: 'another', PLAIN: 'visible' } });
  expect(changed.out).toMatch(/^shell\s+up to date/m);
});

test('a secret that a stage prints, in whatever spelling, is in no log, message, event or record', async () => {
  const token = `se cret/4d'9"x`;
  const env = [{ name: 'TOKEN', secret: true }];
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      shell: {
        command:
          'echo "$TOKEN"; (set -x; : "$TOKEN"); printf "me:%s" "$TOKEN" | base64; echo kept-text; echo x > ${outputs.n}',
        outputs: { n: 'n.txt' },
        env,
      },
      failing: { command: 'echo "login $TOKEN refused" >&2; exit 3', outputs: {}, env },
      module: { module: 'module.mjs', outputs: { n: 'n.txt' }, env },
    }),
    'module.mjs': `export default (stage) => {
  stage.record({ address: 'https://me:' + encodeURIComponent(process.env.TOKEN) + '@host' });
  stage.warn('with ' + process.env.TOKEN);
  throw new Error('no access with ' + JSON.stringify(process.env.TOKEN));
};
`,
  });
  const said = [];
  for (const words of [['run', '--json', '-k'], ['run', '-k'], ['logs', 'shell'], ['logs', 'failing'], ['history']]) {
    const { out, err } = await project.pipeline(words, { env: { TOKEN: token } });
    said.push(out, err);
  }
  expect(said.join('')).toContain('kept-text');
  expect(said.join('')).toContain('no access with');
  const files = (await readdir(project.path('cache'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const parts = ['4d', encodeURIComponent(token), Buffer.from(`me:${token}`).toString('base64').slice(8, 16)];
  for (const text of [...said, ...texts]) for (const part of parts.slice(1)) expect(text).not.toContain(part);
  for (const text of [...said, ...texts]) expect(text).not.toMatch(/cret\/4d/);
});
