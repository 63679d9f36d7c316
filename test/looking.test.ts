import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pipelineOf, Project, shell } from './rig.test-support.ts';

const study = {
  'pipeline.json': pipelineOf({
    numbers: shell('echo 1 2 3 > ${outputs.out}'),
    total: {
      module: 'total.ts',
      inputs: { numbers: { stage: 'numbers', output: 'out' } },
      outputs: { out: { file: 'total.txt', publish: 'out/total.txt' } },
    },
  }),
  'total.ts': `import { writeFileSync } from 'node:fs';
export default function (stage: { outputs: { out: string } }): void { writeFileSync(stage.outputs.out, '6'); }
`,
};

/** Commands that tell something and execute nothing. */
const LOOKS = [
  ['status'],
  ['status', '--check'],
  ['why', 'total'],
  ['run', '-n'],
  ['show', 'numbers'],
  ['history', 'numbers'],
  ['graph'],
  ['verify'],
  ['gc'],
  ['logs', 'numbers'],
  ['timeline'],
] as const;

/** What lies in the store, but for caches: names and contents. */
async function storeOf(project: Project): Promise<Record<string, string>> {
  const files = (await readdir(project.path('cache'), { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const entries = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return [path.relative(project.path('cache'), file), await readFile(file, 'latin1')] as const;
  });
  return Object.fromEntries((await Promise.all(entries)).filter(([name]) => !name.startsWith('state')));
}

/** Changes a byte of the output of an instance in the store. */
async function flip(project: Project, instance: string): Promise<void> {
  const { outputs } = JSON.parse((await project.pipeline(['show', instance, '--json'])).out) as {
    outputs: { out: { digest: string } };
  };
  const { digest } = outputs.out;
  const file = project.path(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`);
  await chmod(file, 0o644);
  const bytes = await readFile(file);
  bytes[0]! ^= 1;
  await writeFile(file, bytes);
}

test('looking moves no damaged blob, keeps no bundle and leaves the store as it is', async () => {
  const project = await Project.create(study);
  await project.run();
  await flip(project, 'total');
  await project.remove('out');
  await project.append('total.ts', '\nexport const more = 1;\nconsole.log(more);\n');
  const before = await storeOf(project);
  for (const words of LOOKS) await project.pipeline(words);
  expect(await storeOf(project)).toEqual(before);
});

test('a damaged blob is found by looking, and told', async () => {
  const project = await Project.create(study);
  await project.run();
  await flip(project, 'total');
  await project.remove('out');
  expect((await project.pipeline(['why', 'total'])).out).toContain('output out is damaged in the store');
  expect((await project.run()).executed).toEqual(['total']);
  expect(await project.read('out/total.txt')).toBe('6');
});

const NOBODY = 65534;

/** Calls `look` as a user who may read the project and write nothing there. */
async function asReader(project: Project, look: (settings: { uid?: number }) => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  await project.shell('chmod -R a+rX . && chmod -R a-w cache');
  try {
    await look(isRoot ? { uid: NOBODY } : {});
  } finally {
    await project.shell('chmod -R u+w cache');
  }
}

test('a user who may only read is told everything, and of damage by its name', async () => {
  const project = await Project.create(study);
  await project.run();
  await asReader(project, async (settings) => {
    for (const words of LOOKS) {
      const { code, err } = await project.pipeline(words, settings);
      expect({ words, code, err }).toMatchObject({ words, code: 0 });
    }
  });
  await flip(project, 'total');
  await project.remove('out');
  await asReader(project, async (settings) => {
    expect((await project.pipeline(['status'], settings)).out).toContain('output out is damaged in the store');
    expect((await project.pipeline(['verify'], settings)).code).toBe(4);
  });
});

test('a user who may only read can export results, and check them out elsewhere', async () => {
  const project = await Project.create(study);
  await project.run();
  const place = await Project.create({});
  await place.shell('chmod a+rwx .');
  await asReader(project, async (settings) => {
    expect(await project.pipeline(['export', place.path('results.tar')], settings)).toMatchObject({ code: 0 });
    expect(await project.pipeline(['checkout', '--to', place.path('taken')], settings)).toMatchObject({ code: 0 });
  });
  expect((await stat(place.path('results.tar'))).size).toBeGreaterThan(1000);
  expect(await place.read('taken/total/total.txt')).toBe('6');
});
