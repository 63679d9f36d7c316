/** `export crate`; scripts/crate-by-validator.mjs validates crates with roc-validator. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf({
    make: shell('cat "${inputs.data}" > ${outputs.out}', { data: 'data/Eva Müller.txt' }, { params: { site: 'a/b' } }),
    use: shell('wc -c ${inputs.made} > ${outputs.out}', { made: '@make/out' }),
  }),
  'data/Eva Müller.txt': 'her data',
};

interface Entity {
  readonly '@id': string;
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

const entitiesOf = (project: Project, folder: string): Map<string, Entity> => {
  const { '@graph': graph } = JSON.parse(readFileSync(project.path(`${folder}/ro-crate-metadata.json`), 'utf8')) as {
    '@graph': Entity[];
  };
  return new Map(graph.map((entity) => [entity['@id'], entity]));
};

const crated = async (...words: string[]) => {
  const project = await Project.create(study);
  await project.run();
  const answer = await project.pipeline(['export', 'crate', '--to', 'crate', ...words]);
  return { project, ...answer };
};

test('every execution is an action with its inputs, parameters, outputs and times', async () => {
  const { project, code } = await crated();
  expect(code).toBe(0);
  const entities = entitiesOf(project, 'crate');
  const actions = [...entities.values()].filter((entity) => entity['@type'] === 'CreateAction');
  expect(actions.map(({ name }) => name)).toEqual(['make', 'use', expect.stringMatching(/^run of /)]);
  const [make, use] = actions;
  const out = (make?.result as { '@id': string })['@id'];
  expect(use?.object).toEqual({ '@id': out });
  expect(readFileSync(project.path(`crate/${decodeURIComponent(out)}`), 'utf8')).toBe('her data');
  const used = (make?.object as { '@id': string }[]).map((each) => entities.get(each['@id']));
  expect(used.map((each) => each?.name)).toEqual(['data/Eva Müller.txt', 'site']);
  expect(used[1]?.value).toBe('a/b');
  expect(Date.parse(String(make?.startTime))).toBeLessThanOrEqual(Date.parse(String(make?.endTime)));
  expect(existsSync(project.path('crate/data'))).toBe(false);
});

test('a private crate names files, paths and texts that may be names by their digests', async () => {
  const { project, code } = await crated('--private');
  expect(code).toBe(0);
  const names = readdirSync(project.path('crate'), { recursive: true, encoding: 'utf8' });
  const texts = ['ro-crate-metadata.json', 'pipeline.json'].map((name) =>
    readFileSync(project.path(`crate/${name}`), 'utf8'),
  );
  for (const text of [...names, ...texts]) expect(text).not.toMatch(/Müller|M%C3%BCller|data\/|a\/b/);
});

test('nothing that lies in the folder is replaced', async () => {
  const { project } = await crated();
  const again = await project.pipeline(['export', 'crate', '--to', 'crate']);
  expect(again.code).toBe(2);
  expect(again.err).toContain('crate is there already, and is no empty folder');
  await project.write('file', 'mine');
  expect((await project.pipeline(['export', 'crate', '--to', 'file'])).code).toBe(2);
  expect(await project.read('file')).toBe('mine');
  mkdirSync(project.path('empty'));
  expect((await project.pipeline(['export', 'crate', '--to', 'empty'])).code).toBe(0);
  expect(readdirSync(project.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
