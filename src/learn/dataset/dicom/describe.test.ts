/** Folders of DICOM files: what is an image, its group, and what its owner is told. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFrames } from '../frames.ts';
import { csv } from '../reader/csv.ts';
import { folders } from '../reader/folders.ts';
import { privateNames } from '../private-names.ts';
import type { Listing } from '../reader/listing.ts';
import { drawDicom } from './write-dicom.test-support.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dicom-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function files(contents: Readonly<Record<string, Buffer | string>>): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function list(options: { frames?: 'all' | 'error'; keep?: string[]; key?: string } = {}): Promise<Listing> {
  const listing = await folders(folder);
  if (!listing.ok) throw new Error(listing.error);
  const key = () => Promise.resolve(Buffer.from(options.key ?? 'k'.repeat(32)));
  return listFrames(listing.value, { folder, frames: options.frames ?? 'all', key, keep: options.keep ?? [] });
}

const groupsOf = ({ samples }: Listing) => samples.map(({ group }) => group);
const noticesOf = ({ notices = [] }: Listing) => notices.join('\n');

test('files are found by their content, whatever their names', async () => {
  await files({ 'a/IM0001': drawDicom(), 'a/1.2.3.4': drawDicom(), 'b/x.txt': drawDicom(), 'b/note.txt': 'a note' });
  const { samples, faults } = await list();
  expect(samples.map(({ image }) => image)).toEqual(['a/1.2.3.4', 'a/IM0001', 'b/x.txt']);
  expect(faults).toEqual([]);
});

test('objects without an image are left out and counted, and are no faults', async () => {
  const without = (sopClass: string) => drawDicom({ sopClass, withoutPixels: true });
  await files({
    'a/1': drawDicom(),
    'a/report': without('1.2.840.10008.5.1.4.1.1.88.11'),
    'a/segments': drawDicom({ sopClass: '1.2.840.10008.5.1.4.1.1.66.4' }),
    'b/2': drawDicom(),
    'b/letter.pdf': without('1.2.840.10008.5.1.4.1.1.104.1'),
    'b/DICOMDIR': without('1.2.840.10008.1.3.10'),
    DICOMDIR: without('1.2.840.10008.1.3.10'),
  });
  const listing = await list();
  expect([listing.samples.map(({ image }) => image), listing.faults]).toEqual([['a/1', 'b/2'], []]);
  expect(noticesOf(listing)).toMatch(
    /5 DICOM file\(s\) hold no image and were left out: 2 DICOMDIR, 1 PDF document, 1 segmentation, 1 structured report/,
  );
});

test('a group is the patient under a keyed digest: equal under one key, another under another', async () => {
  await files({
    'a/1': drawDicom({ patient: 'P1 ' }),
    'a/2': drawDicom({ patient: 'P1' }),
    'b/3': drawDicom({ patient: 'P2' }),
  });
  const [first, second, third] = groupsOf(await list());
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(groupsOf(await list({ key: 'other' }))[0]).not.toBe(first);
});

test('a PatientID that is empty, or the same in all of several studies, gives way to the study, said', async () => {
  await files({
    'a/1': drawDicom({ patient: 'ANON', study: '1.1' }),
    'a/2': drawDicom({ patient: 'ANON', study: '1.2' }),
    'b/3': drawDicom({ patient: 'ANON', study: '1.2' }),
  });
  const constant = await list();
  const [one, two, three] = groupsOf(constant);
  expect([one === two, two === three]).toEqual([false, true]);
  expect(noticesOf(constant)).toMatch(/^PatientID is the same in all 3 DICOM files\. .* StudyInstanceUID/);
  await files({ 'a/1': drawDicom({ patient: 'X', study: '1.1' }), 'a/2': drawDicom({ patient: '', study: '1.1' }) });
  expect(noticesOf(await list())).toMatch(/PatientID is empty in 1 of 3 DICOM files/);
});

test('a study with two PatientIDs joins their groups', async () => {
  await files({
    'a/1': drawDicom({ patient: 'P1', study: '1.1' }),
    'a/2': drawDicom({ patient: 'P2', study: '1.1' }),
    'b/3': drawDicom({ patient: 'P2', study: '1.2' }),
    'b/4': drawDicom({ patient: 'P3', study: '1.3' }),
  });
  const [one, two, three, four] = groupsOf(await list());
  expect([one, two, three].every((group) => group === one)).toBe(true);
  expect(four).not.toBe(one);
});

test('frames are rows of one group, or a fault with its remedy', async () => {
  const values = Array.from({ length: 3 * 64 }, (_, i) => i);
  await files({
    'a/film': drawDicom({ values, more: [['00280008', 'IS', '3']] }),
    'b/1': drawDicom({ patient: 'other' }),
  });
  const listing = await list();
  expect(listing.samples.map(({ image, frame }) => [image, frame])).toEqual([
    ['a/film#1', 0],
    ['a/film#2', 1],
    ['a/film#3', 2],
    ['b/1', undefined],
  ]);
  expect(new Set(groupsOf(listing).slice(0, 3)).size).toBe(1);
  expect(noticesOf(listing)).toMatch(/1 file\(s\) hold several frames, a\/film for one \(3\)/);
  expect((await list({ frames: 'error' })).faults).toEqual([
    { file: 'a/film', reason: expect.stringContaining('"frames": "all"') as string },
  ]);
});

test('facts of the acquisition become columns; free text never does; facts of the patient only on request', async () => {
  await files({
    'a/1': drawDicom({
      more: [
        ['00080070', 'LO', 'SIEMENS Healthineers DOE'],
        ['00100010', 'PN', 'DOE^JOHN'],
        ['00100040', 'CS', 'F'],
        ['00101010', 'AS', '045Y'],
        ['00180060', 'DS', '120.0'],
        ['00185101', 'CS', 'PA'],
        ['00280030', 'DS', '0.5\\0.5'],
      ],
    }),
    'b/2': drawDicom({
      more: [
        ['00080070', 'LO', 'Doe & Sons'],
        ['00185101', 'CS', 'DOE'],
      ],
    }),
  });
  const [first, second] = (await list()).samples;
  expect(first?.facts).toEqual({
    modality: 'CT',
    view: 'PA',
    manufacturer: 'Siemens',
    kvp: '120',
    pixelSpacing: '0.5',
    imageType: '',
  });
  expect(second?.facts).toMatchObject({ view: 'other', manufacturer: 'other' });
  expect((await list({ keep: ['sex', 'age'] })).samples[0]?.facts).toMatchObject({ sex: 'F', age: '45' });
});

test('localizers, text in the pixels, several modalities, windows and pixels that are not square are told', async () => {
  await files({
    'a/1': drawDicom({
      more: [
        ['00080008', 'CS', 'ORIGINAL\\PRIMARY\\LOCALIZER'],
        ['00281050', 'DS', '40'],
        ['00281051', 'DS', '400'],
      ],
    }),
    'a/2': drawDicom({
      more: [
        ['00280301', 'CS', 'YES'],
        ['00281050', 'DS', '50\\60'],
        ['00281051', 'DS', '350\\80'],
      ],
    }),
    'b/3': drawDicom({
      more: [
        ['00080060', 'CS', 'MR'],
        ['00280030', 'DS', '1\\2'],
      ],
    }),
  });
  const said = noticesOf(await list());
  for (const finding of [
    /several modalities: CT, MR/,
    /1 of 3 DICOM files are localizers/,
    /1 of 3 DICOM files may hold text/,
    /1 of 3 DICOM files have pixels that are not square/,
    /1 of 3 DICOM files carry several windows/,
    /The 2 CT files carry 2 different windows \(center 40, width 400; center 50, width 350\)/,
  ])
    expect(said).toMatch(finding);
});

test('a broken file is a fault of its own, and its message holds no value', async () => {
  await files({ 'a/1': drawDicom(), 'b/2': drawDicom(), 'b/cut': drawDicom({ patient: 'DOE' }).subarray(0, 200) });
  expect((await list()).faults).toEqual([
    { file: 'b/cut', reason: expect.stringMatching(/^it (is cut off|holds no pixel data)/) as string },
  ]);
});

const file = (sopInstance: string, n: number) =>
  drawDicom({ sopInstance, study: String(n), patient: `P${n}`, more: [['00080050', 'SH', `A${n}`]] });
const images = () => files({ 'x/1': file('1.1', 1), 'x/2': file('1.2', 1), 'y/3': file('2.1', 2) });
const readTable = async (keep: string[] = []): Promise<Listing> => {
  const listing = await csv(folder, { columns: { keep } });
  if (!listing.ok) throw new Error(listing.error);
  return listing.value;
};

test.each([
  ['a file', 'image', ['x/1,a', 'x/2,a', 'y/3,b']],
  ['SOPInstanceUID', 'SOPInstanceUID', ['1.1,a', '1.2,a', '2.1,b']],
  ['StudyInstanceUID', 'StudyInstanceUID', ['1,a', '2,b']],
  ['AccessionNumber', 'Accession Number', ['A1,a', 'A2,b']],
  ['PatientID', 'image', ['P1,a', 'P2,b']],
])('a table names images by %s', async (_, column, rows) => {
  await images();
  await files({ 'labels.csv': [`${column},label,site`, ...rows.map((row) => `${row},s`)].join('\n') });
  const { samples, faults } = await readTable(['site']);
  expect(faults).toEqual([]);
  expect(samples.map(({ image, label, facts }) => [image, label, facts])).toEqual([
    ['x/1', 'a', { site: 's' }],
    ['x/2', 'a', { site: 's' }],
    ['y/3', 'b', { site: 's' }],
  ]);
});

test('an identifier that means no image is named by its line, and not by itself', async () => {
  await images();
  await files({ 'labels.csv': 'PatientID,label\nP1,a\nP2,b\nSecretDoe,a\n' });
  const listing = await readTable();
  expect(listing.faults).toEqual([
    { file: 'line 4', reason: expect.stringMatching(/^labels\.csv:4: no file, SOPInstanceUID, Study/) as string },
  ]);
  const names = await privateNames(folder, Buffer.from('key'));
  expect(names.apply(listing).faults).toEqual([
    { file: 'line 4', reason: expect.stringMatching(/^file-[0-9a-f]{16}:4: no file/) as string },
  ]);
});

test('a group of the table may be a PatientID: it becomes a digest', async () => {
  await images();
  await files({ 'labels.csv': 'image,label,group\nx/1,a,DOE\nx/2,a,DOE\ny/3,b,ROE\n' });
  const framed = await listFrames(await readTable(), {
    folder,
    frames: 'all',
    key: () => Promise.resolve(Buffer.from('key')),
    keep: [],
  });
  const [one, two, three] = groupsOf(framed);
  expect([one === two, one === three, /^[0-9a-f]{16}$/.test(one ?? '')]).toEqual([true, false, true]);
});

test('private names: digests stand for files, and messages lose paths, names, stems and folders', async () => {
  await files({ 'a/DoeFolder/Doe-John.dcm': drawDicom(), 'b/Roe.dcm': drawDicom() });
  const names = await privateNames(folder, Buffer.from('key'));
  const shown = names.apply(await list());
  expect(shown.samples.every(({ image }) => /^file-[0-9a-f]{16}$/.test(image))).toBe(true);
  expect(shown.samples.map(({ file: path }) => path)).toEqual(['a/DoeFolder/Doe-John.dcm', 'b/Roe.dcm']);
  const message = `${folder}/a/DoeFolder/Doe-John.dcm, Doe-John, DoeFolder and Roe.dcm: no image of a; Doesn't matter`;
  expect(names.redact(message)).toMatch(
    /^the private folder\/file-\w+, file-\w+, folder-\w+ and file-\w+: no image of a; Doesn't matter$/,
  );
  expect(await names.writeMap()).toBeUndefined();
});
