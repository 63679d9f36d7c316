/** DICOM folders as clinics have them: names of patients stand in tags, files and folders, and must stay there. */
import { readdir, readFile, symlink, cp } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { drawDicom, type DicomElement } from '../src/learn/dataset/dicom/write-dicom.test-support.ts';
import { Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');

const ingest = (out: string, more: object = {}, source: object = { path: 'data', private: true }) => ({
  module: 'stages/ingest.ts',
  inputs: { source },
  params: { reader: 'folders', size: 16, ...more },
  outputs: {
    images: 'images.safetensors',
    table: { file: 'table.csv', publish: `${out}/table.csv` },
    dataset: { file: 'dataset.json', publish: `${out}/dataset.json` },
  },
});

async function projectWith(stages: object, files: Readonly<Record<string, Buffer | string>>): Promise<Project> {
  const project = await Project.create({ 'pipeline.json': { stages }, 'package.json': { type: 'module' } });
  for (const folder of ['src', 'stages', 'tsconfig.json'])
    await cp(path.join(repository, folder), project.path(folder), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  for (const [name, content] of Object.entries(files)) await project.write(name, content);
  return project;
}

const CANARY = 'Canary';
/** Every kind of text that a header holds, each with a canary of its own. */
const TEXT_TAGS: readonly (readonly [tag: string, vr: string])[] = [
  ...'00080050 00080080 00080081 00080090 00081010 00081030 0008103e 00081040 00081050 00081060 00081070 00081090'
    .split(' ')
    .map((tag) => [tag, 'LO'] as const),
  ...'00100010 00101001 00101005 00101060'.split(' ').map((tag) => [tag, 'PN'] as const),
  ...'00100020 00101000 00101040 00101090 00102154 00102160 00102180 00104000 001021b0 00102110 00102000'
    .split(' ')
    .map((tag) => [tag, 'LO'] as const),
  ...'00080070 00100030 00100040 00101010 00180015 00181000 00181020 00181030 00185101 00200010 00204000 00321032'
    .split(' ')
    .map((tag) => [tag, 'LO'] as const),
  ...'00321060 00380010 00380300 00380500 00400006 00400244 00400254 00400275 00401001 40080114 00090010 00091001'
    .split(' ')
    .map((tag) => [tag, 'LO'] as const),
];

function planted(number: number): Buffer {
  const more = TEXT_TAGS.map(([tag, vr]): DicomElement => [tag, vr, `${CANARY}Tag${tag}^${number}`]);
  const inside: DicomElement = ['00081110', 'SQ', [[['00100010', 'PN', `${CANARY}Inside`]]]];
  const uids = (tag: string): DicomElement => [tag, 'UI', `1.2.${CANARY}.${tag}.${number}`];
  const image: DicomElement = ['00080008', 'CS', `ORIGINAL\\${CANARY}\\LOCALIZER`];
  return drawDicom({ more: [...more, inside, image, uids('00080018'), uids('0020000d'), uids('0020000e')] });
}

function plantedFolder(): Record<string, Buffer | string> {
  return {
    [`data/sick/${CANARY}Folder/${CANARY}File1.dcm`]: planted(1),
    [`data/sick/${CANARY}Folder/${CANARY}Without`]: planted(2),
    [`data/sick/${CANARY}Film`]: drawDicom({
      patient: `${CANARY}Three`,
      values: Array.from({ length: 128 }, (_, i) => i),
      more: [['00280008', 'IS', '2']],
    }),
    [`data/well/${CANARY}File4.IMA`]: planted(4),
    [`data/well/${CANARY}Report`]: drawDicom({ sopClass: '1.2.840.10008.5.1.4.1.1.104.1', withoutPixels: true }),
    [`data/well/${CANARY}Cut.dcm`]: planted(5).subarray(0, 700),
    [`data/well/${CANARY}Short.dcm`]: drawDicom({ patient: `${CANARY}Six`, more: [['00280010', 'US', [900]]] }),
    [`data/well/${CANARY}Text.xyz`]: 'no image',
  };
}

/** Files below a folder in which the canary stands, in their names or bytes; the data itself and links are left out. */
async function findCanaries(root: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(root, below), { withFileTypes: true })) {
    const name = path.join(below, entry.name);
    if (name === 'data' || entry.isSymbolicLink()) continue;
    if (name.includes(CANARY)) found.push(name);
    if (entry.isDirectory()) found.push(...(await findCanaries(root, name)));
    else {
      const bytes = await readFile(path.join(root, name));
      if (bytes.includes(CANARY) || bytes.includes(Buffer.from(CANARY, 'utf16le'))) found.push(name);
    }
  }
  return found;
}

test(
  'no name of a tag, a file or a folder of private data is written or said anywhere',
  { timeout: 120_000 },
  async () => {
    const stages = { strict: ingest('strict'), lenient: ingest('out', { onBroken: 'drop' }) };
    const project = await projectWith(stages, plantedFolder());
    const said: string[] = [];
    const pipeline = async (...words: string[]) => {
      const { code, out, err } = await project.pipeline(words);
      said.push(out, err);
      return { code, text: out + err };
    };
    const strict = await pipeline('run', 'strict');
    expect(strict.code).not.toBe(0);
    expect(strict.text).toMatch(/3 file\(s\) of the private folder cannot be used/);
    expect(strict.text).toMatch(/file-[0-9a-f]{16}: it is (cut off|not an image)/);
    expect((await pipeline('run', 'lenient')).code).toBe(0);
    expect(await project.read('out/table.csv')).toMatch(
      /^index,image,label,group,split,modality,view,manufacturer,imageType\n0,file-[0-9a-f]{16}#1,sick,[0-9a-f]{16},,CT/,
    );
    // The map lies beside the data, and is no part of it.
    expect(await project.read('data/.pretext-names.csv')).toContain(`,sick/${CANARY}Folder/${CANARY}File1.dcm`);
    expect((await pipeline('status', 'lenient')).text).toMatch(/fresh|up to date/i);

    await project.write(`data/sick/${CANARY}New.dcm`, planted(7));
    for (const words of [
      ['status'],
      ['why', 'lenient'],
      ['show', 'lenient'],
      ['logs', 'lenient'],
      ['logs', 'strict'],
      ['history'],
    ])
      await pipeline(...words);
    expect((await pipeline('run', 'lenient', '--json')).code).toBe(0);

    expect(await findCanaries(project.root)).toEqual([]);
    expect(said.join('\n')).not.toContain(CANARY);
  },
);

test('without "private" the names stand in the table, and a warning says how to hide them', async () => {
  const files = { 'data/a/1.dcm': drawDicom({ patient: 'P1' }), 'data/b/2.dcm': drawDicom({ patient: 'P2' }) };
  const project = await projectWith({ ingest: ingest('out', {}, { path: 'data' }) }, files);
  const { err, out } = await project.pipeline(['run', '--progress', 'plain']);
  expect(out + err).toContain('"private": true');
  expect(await project.read('out/table.csv')).toMatch(/0,a\/1\.dcm,a,[0-9a-f]{16},/);
});
