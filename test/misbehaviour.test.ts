/** A misbehaving stage ends in the right state: recorded results are true, and failures have a remedy. */
import { existsSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { gone, pipelineOf, Project, type Run, shell } from './rig.test-support.ts';

const module = (source: string): Record<string, string | object> => ({
  'pipeline.json': pipelineOf({ work: { module: 'work.mjs', outputs: { out: 'out.txt' } } }),
  'work.mjs':
    `import fs from 'node:fs';\nconst later = () => new Promise((resume) => setTimeout(resume, 50));\nexport ` +
    `default async function (stage) {\n  fs.writeFileSync(stage.output('out'), 'whole');\n${source}\n}\n`,
});

/** Nothing of a failed execution counts: no record, no lock entry, no private folder, and the next run tries again. */
async function failedCleanly(project: Project, run: Run): Promise<void> {
  expect(run.code).toBe(1);
  expect(project.exists('pipeline.lock.json')).toBe(false);
  expect(existsSync(project.path('cache/runs')) ? await readdir(project.path('cache/runs')) : []).toEqual([]);
  for (const folder of ['work', 'leases', 'checkpoints'])
    expect(await readdir(project.path(`cache/${folder}`))).toEqual([]);
  expect((await project.pipeline(['status', '--check'])).code).toBe(3);
}

const OUT = '$PIPELINE_OUTPUT_OUT';

test.each<[string, Record<string, string | object>, RegExp]>([
  [
    'returns without having written anything',
    { 'pipeline.json': pipelineOf({ work: shell('true') }) },
    /did not write out/,
  ],
  [
    'leaves the folder of a folder output empty',
    { 'pipeline.json': pipelineOf({ work: shell('true', {}, { outputs: { out: 'all/' } }) }) },
    /did not write out/,
  ],
  [
    'deletes its private folder',
    { 'pipeline.json': pipelineOf({ work: shell(`rm -rf "$(dirname "$(dirname "$(dirname "${OUT}")")")"`) }) },
    /did not write out/,
  ],
  ['calls process.exit(0) before it has finished', module('process.exit(0);'), /ended without a word .* process\.exit/],
  ['never settles', module('await new Promise(() => {});'), /never settles/],
  [
    'closes file descriptor 3',
    module('fs.closeSync(3); await later();'),
    /closed file descriptor 3|closes file descriptor 3|a closed file descriptor/,
  ],
  [
    'writes a folder where a file was declared',
    { 'pipeline.json': pipelineOf({ work: shell(`mkdir ${OUT}; echo 1 > ${OUT}/a`) }) },
    /output out is a folder, and "out\.txt" declares a file/,
  ],
  [
    'writes a file where a folder was declared',
    { 'pipeline.json': pipelineOf({ work: shell(`rmdir ${OUT}; echo 1 > ${OUT}`, {}, { outputs: { out: 'all/' } }) }) },
    /output out is a file, and "all\/" declares a folder/,
  ],
  [
    'writes a link that leads nowhere',
    { 'pipeline.json': pipelineOf({ work: shell(`ln -s /nowhere/at/all ${OUT}`) }) },
    /output out is a link that leads nowhere/,
  ],
  [
    'makes a pipe of its output',
    { 'pipeline.json': pipelineOf({ work: shell(`mkfifo ${OUT}`) }) },
    /output out is a device, pipe or socket/,
  ],
  [
    'makes a pipe in its output',
    { 'pipeline.json': pipelineOf({ work: shell(`mkfifo ${OUT}/p`, {}, { outputs: { out: 'all/' } }) }) },
    /output out holds p: It is a device, pipe or socket/,
  ],
  [
    'gives a file a name that is no text',
    {
      'pipeline.json': pipelineOf({
        work: shell(`echo 1 > ${OUT}/"$(printf 'a\\377b')"`, {}, { outputs: { out: 'all/' } }),
      }),
    },
    /name is not UTF-8\. Rename it/,
  ],
  [
    'fails after it has put a file in place of its checkpoint folder',
    {
      'pipeline.json': pipelineOf({ work: shell('rm -r $PIPELINE_CHECKPOINT; echo 1 > $PIPELINE_CHECKPOINT; exit 4') }),
    },
    /exit 4/,
  ],
])('a stage that %s has failed, and is told why', async (_, files, message) => {
  const project = await Project.create(files);
  const { code, err } = await project.pipeline(['run']);
  expect(err).toMatch(message);
  expect(code).toBe(1);
  await failedCleanly(project, await project.run());
});

/** The only blob of the store that holds a text. */
async function blobOf(project: Project, text: string): Promise<string> {
  for (const name of await readdir(project.path('cache/objects'), { recursive: true })) {
    const file = `cache/objects/${name}`;
    if ((await stat(project.path(file))).isFile() && (await project.read(file)) === text) return file;
  }
  throw new Error(`No blob holds ${text}.`);
}

const publishing = (command: string, output = 'out.txt', inputs = {}): Record<string, string | object> => ({
  'pipeline.json': pipelineOf({
    work: shell(command, inputs, { outputs: { out: { file: output, publish: 'published' } } }),
  }),
});

test.each([
  ['a link to a file of the project', `ln -s "$PWD/mine" ${OUT}`],
  ['a second name of a file of the project', `ln "$PWD/mine" ${OUT}`],
])('an output that is %s is copied: editing that file later changes nothing in the store', async (_, command) => {
  const project = await Project.create({ ...publishing(command), mine: 'my notes' });
  const { mode } = await stat(project.path('mine'));
  expect((await project.run()).executed).toEqual(['work']);
  const blob = await blobOf(project, 'my notes');
  expect((await stat(project.path(blob))).nlink).toBe(1);
  expect((await stat(project.path('mine'))).mode).toBe(mode);
  await writeFile(project.path('mine'), 'my edits');
  expect(await project.read(blob)).toBe('my notes');
  expect((await project.run()).executed).toEqual([]);
});

test('a published file shares nothing with the store: one that is edited in place leaves the result as it was', async () => {
  const project = await Project.create(publishing(`echo result > ${OUT}`));
  await project.run();
  await project.append('published', 'edited');
  const blob = await blobOf(project, 'result\n');
  expect((await stat(project.path(blob))).nlink).toBe(1);
  await project.remove('published');
  expect((await project.run()).ids('restored')).toEqual(['work']);
  expect(await project.read('published')).toBe('result\n');
});

test('any name that is a text may be the name of an output file', async () => {
  const project = await Project.create(
    publishing(
      `cd ${OUT}; for name in 'a b' "$(printf 'new\\nline')" 'quo"te' "apo'strophe" '-dash' 'ä' "$(printf ` +
        `'a\\314\\210')" '😀' 'back\\slash' '$x'; do printf %s "$name" > "./$name"; done`,
      'all/',
    ),
  );
  expect((await project.run()).executed).toEqual(['work']);
  const names = await readdir(project.path('published'));
  expect(names).toHaveLength(10);
  for (const name of names) expect(await project.read(`published/${name}`)).toBe(name);
  expect((await project.run()).executed).toEqual([]);
});

test('of a stage that prints 100 MB, all of it is in the log, and a failure shows the end', async () => {
  const project = await Project.create({
    'pipeline.json': pipelineOf({
      work: shell('head -c 100000000 /dev/zero | tr "\\0" x; echo; echo the end; exit 3'),
    }),
  });
  const { err, code } = await project.pipeline(['run']);
  expect(code).toBe(1);
  expect(err).toContain('  | the end\n');
  expect(err.length).toBeLessThan(10_000);
  const log = /log: (\S+)/.exec(err)![1]!;
  expect((await stat(project.path(log))).size).toBe(100_000_009);
});

test('junk on the line of messages is passed over', async () => {
  const project = await Project.create(
    module(
      `fs.writeSync(3, 'junk\\n{"type":"metric"}\\n{"type":"record"}\\nnull\\n' + 'x'.repeat(50_000) + '\\n'); ` +
        `stage.metric('loss', 1);`,
    ),
  );
  const run = await project.run();
  expect(run.executed).toEqual(['work']);
  expect(run.of('metric')).toMatchObject([{ name: 'loss', value: 1 }]);
});

test('what a stage leaves in the background is ended before its output is taken, and cannot change it', async () => {
  const project = await Project.create(
    publishing(`(echo $$ > child; while :; do echo more >> ${OUT}; done) & until [ -s ${OUT} ]; do :; done`),
  );
  expect((await project.run()).executed).toEqual(['work']);
  await gone(Number(await project.read('child')));
  const result = await project.read('published');
  expect(await blobOf(project, result)).toBeDefined();
  expect((await project.pipeline(['run'])).out).toContain('Nothing to do');
});

test('a checkpoint folder that a stage has filled is removed when it succeeds', async () => {
  const project = await Project.create(
    publishing(
      'mkdir $PIPELINE_CHECKPOINT/deep; head -c 1000000 /dev/zero > $PIPELINE_CHECKPOINT/deep/state; chmod 500 ' +
        `$PIPELINE_CHECKPOINT/deep; echo 1 > ${OUT}`,
    ),
  );
  expect((await project.run()).executed).toEqual(['work']);
  expect(await readdir(project.path('cache/checkpoints'))).toEqual([]);
});

test('files and folders without permissions are taken as they are, and leave nothing behind', async () => {
  const project = await Project.create(
    publishing(
      `mkdir ${OUT}/locked; echo 1 > ${OUT}/locked/secret; chmod 000 ${OUT}/locked/secret ${OUT}/locked; mkdir ` +
        `${OUT}/../left; echo 2 > ${OUT}/../left/over; chmod 500 ${OUT}/../left`,
      'all/',
    ),
  );
  expect((await project.run()).executed).toEqual(['work']);
  expect(await project.read('published/locked/secret')).toBe('1\n');
  expect(await readdir(project.path('cache/work'))).toEqual([]);
});
