/** Tables and folders as people keep them: each test is a kind of surprise. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { READERS, type Listing } from './index.ts';
import type { Columns } from './listing.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'user-data-')), 'mine');
  await mkdir(folder);
});
afterEach(() => rm(dirname(folder), { recursive: true }));

async function files(contents: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
const images = (...paths: readonly string[]) => files(Object.fromEntries(paths.map((path) => [path, ''])));

async function read(name: 'csv' | 'folders', columns: Columns = {}): Promise<Listing> {
  const result = await READERS[name](folder, { columns });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
const refusal = async (name: 'csv' | 'folders', columns: Columns = {}): Promise<string> => {
  const result = await READERS[name](folder, { columns });
  return result.ok ? 'no refusal' : result.error.replaceAll(folder, '<folder>');
};
const pairs = ({ samples }: Listing) => samples.map(({ image, label }) => `${image} ${label}`);

test.each([
  [
    'semicolons and a byte order mark',
    '\uFEFFimage;label\na.png;x\nb.png;y\n',
    ['its cells are cut at each semicolon'],
  ],
  ['tabs', 'image\tlabel\na.png\tx\nb.png\ty\n', ['its cells are cut at each tab']],
  ['commas, and semicolons inside of cells', 'image,label\na.png,x\nb.png,y\n', []],
])('a table with %s is read', async (_, text, notices) => {
  await images('a.png', 'b.png');
  await files({ 'labels.csv': text });
  const listing = await read('csv');
  expect(pairs(listing)).toEqual(['a.png x', 'b.png y']);
  expect(listing.notices).toEqual(notices.map((notice) => `labels.csv: ${notice}.`));
});

test.each([
  ['UTF-8', Buffer.from('image,label\na.png,naïf\nb.png,y\n'), []],
  [
    'Windows-1252',
    Buffer.from('image,label\na.png,naïf\nb.png,y\n', 'latin1'),
    [/no UTF-8, and are read as Windows-1252/],
  ],
  ['UTF-16 with a mark', Buffer.from('\uFEFFimage,label\na.png,naïf\nb.png,y\n', 'utf16le'), []],
  ['UTF-16 without a mark', Buffer.from('image,label\na.png,naïf\nb.png,y\n', 'utf16le'), []],
  ['big-endian UTF-16 without a mark', Buffer.from('image,label\na.png,naïf\nb.png,y\n', 'utf16le').swap16(), []],
  [
    'UTF-16 with a mark, whose header is not Latin',
    Buffer.from('\uFEFF患者番号,image,label\n一,a.png,naïf\n二,b.png,y\n', 'utf16le'),
    [],
  ],
  ['big-endian UTF-16', Buffer.from('\uFEFFimage,label\na.png,naïf\nb.png,y\n', 'utf16le').swap16(), []],
])('a label keeps its letters in %s', async (_, bytes, notices) => {
  await images('a.png', 'b.png');
  await files({ 'labels.csv': bytes });
  const listing = await read('csv');
  expect(listing.classes).toEqual(['naïf', 'y']);
  expect(listing.notices).toEqual(notices.map((notice) => expect.stringMatching(notice) as string));
});

test('names without extension, in other case, in decomposed letters, with Windows paths: each finds its file', async () => {
  await images('scans/one.png', 'Two.JPG', 'n\u00e9.png', 'four.png');
  await files({
    'labels.csv': 'image,label\nscans/one,x\ntwo.jpg,y\nne\u0301.png,x\nC:\\study\\mine\\four.png,y\n',
  });
  expect(pairs(await read('csv'))).toEqual(['scans/one.png x', 'Two.JPG y', 'n\u00e9.png x', 'four.png y']);
});

test('a name that two files could mean is a fault that names both, and one in another folder is named', async () => {
  await images('a.png', 'a.jpg', 'b.png', 'deep/c.png', 'd.png');
  await files({ 'labels.csv': 'image,label\na,x\nb.png,x\nc.png,y\nd,y\n' });
  expect((await read('csv')).faults).toEqual([
    { file: 'a', reason: 'labels.csv:2: it may be a.jpg or a.png; write one of these paths' },
    { file: 'c.png', reason: 'labels.csv:4: it is not there, but deep/c.png is' },
  ]);
});

test('spellings of one label become one class, and a missing label is a fault', async () => {
  await images('a.png', 'b.png', 'c.png', 'd.png', 'e.png');
  await files({ 'labels.csv': 'image,label\na.png,True\nb.png,TRUE\nc.png,1.0\nd.png,1\ne.png,NaN\n' });
  const { classes, faults } = await read('csv');
  expect(classes).toEqual(['1', 'true']);
  expect(faults).toEqual([{ file: 'e.png', reason: 'labels.csv:6: it has no label, but "NaN"' }]);
});

test('a label in decomposed letters is the class of the composed ones', async () => {
  await images('a.png', 'b.png', 'c.png');
  await files({ 'labels.csv': 'image,label\na.png,na\u00eff\nb.png,nai\u0308f\nc.png,y\n' });
  expect((await read('csv')).classes).toEqual(['na\u00eff', 'y']);
});

test('labels that differ by case or spaces only are refused, in tables and in folders', async () => {
  await images('a.png', 'b.png');
  await files({ 'labels.csv': 'image,label\na.png,Nevus\nb.png,nevus\n' });
  expect(await refusal('csv')).toMatch(
    /^<folder>\/labels.csv: the labels "Nevus" and "nevus" differ by case or spaces only/,
  );
  await images('melanoma in situ/a.png', 'Melanoma_in_situ/a.png');
  expect(await refusal('folders')).toMatch(/the classes "Melanoma_in_situ" and "melanoma in situ" differ by case/);
});

test.each(['nan', '', 'unknown'])('patients written as "%s" are counted and told', async (word) => {
  await images('a.png', 'b.png', 'c.png');
  await files({ 'labels.csv': `image,label,group\na.png,x,p1\nb.png,y,${word}\nc.png,y,${word}\n` });
  const { samples, notices } = await read('csv');
  expect(samples.map(({ group }) => group)).toEqual(['p1', 'b.png', 'c.png']);
  expect(notices).toEqual([
    expect.stringMatching(/^labels.csv: the group \(column group\) of 2 of 3 images is not known/),
  ]);
});

test('columns have the names that the user gives; an unknown one is refused with those of the table', async () => {
  await images('a.png', 'b.png');
  await files({ 'labels.csv': 'file,Diagnosis,patient\na,x,1\nb,y,2\n' });
  const { samples } = await read('csv', { image: 'file', label: 'diagnosis', group: 'patient' });
  expect(samples.map(({ image, label, group }) => [image, label, group])).toEqual([
    ['a.png', 'x', '1'],
    ['b.png', 'y', '2'],
  ]);
  expect(await refusal('csv', { image: 'file', label: 'diagnose' })).toBe(
    '<folder>/labels.csv:1: the column diagnose is missing. The first line, cut at each comma, has the columns ' +
      '"file", "Diagnosis", "patient". Name the right one: "columns": { "label": "..." }.',
  );
});

test('a table whose rows all fail is refused with the reasons', async () => {
  await images('a.png');
  await files({ 'labels.csv': 'image,label\nx/1.png,x\nx/2.png,y\n' });
  expect(await refusal('csv')).toBe(
    [
      '<folder>/labels.csv names no existing image; at least two classes are expected.',
      '2 row(s) cannot be used:',
      '  x/1.png: labels.csv:2: it is not there',
      '  x/2.png: labels.csv:3: it is not there',
    ].join('\n'),
  );
});

test.each([
  ['Training', 'Testing', ['test', 'train']],
  ['train_set', 'hold-out', ['test', 'train']],
  ['TRAIN', 'dev', ['train', 'validation']],
])('folders: %s and %s above the classes are a split', async (first, second, splits) => {
  await images(`${first}/a/1.png`, `${first}/b/1.png`, `${second}/a/1.png`, `${second}/b/1.png`);
  const { classes, samples } = await read('folders');
  expect(classes).toEqual(['a', 'b']);
  expect([...new Set(samples.map(({ split }) => split))].sort()).toEqual(splits);
});

test('folders: a class may be called like a part of a split, as long as it holds images and no folders', async () => {
  await images('valid/1.png', 'invalid/1.png');
  expect(pairs(await read('folders'))).toEqual(['invalid/1.png invalid', 'valid/1.png valid']);
});

test.each([
  ['a bar', ['Edema|Effusion', 'No Finding', 'Effusion']],
  ['commas, and each part is a label', ['"Edema,Effusion"', 'none', 'Effusion', 'Edema']],
])('labels that are joined by %s are findings; words for nothing are none', async (_, labels) => {
  await images(...labels.map((_, i) => `${i}.png`));
  await files({ 'labels.csv': ['image,label', ...labels.map((label, i) => `${i}.png,${label}`)].join('\n') });
  const { task, classes, samples } = await read('csv');
  expect([task, classes]).toEqual(['findings', ['Edema', 'Effusion']]);
  expect(samples.slice(0, 3).map(({ label }) => label)).toEqual(['Edema|Effusion', 'none', 'Effusion']);
});

test('a comma or slash within a name joins nothing', async () => {
  await images('0.png', '1.png');
  await files({ 'labels.csv': 'image,label\n0.png,"melanoma, thin"\n1.png,nevus/benign\n' });
  expect((await read('csv')).classes).toEqual(['melanoma, thin', 'nevus/benign']);
});

test('a column of 0 and 1 for each class is read where each row has one 1', async () => {
  await images('0.png', '1.png', '2.png');
  await files({ 'labels.csv': 'image,MEL,NV,BCC\n0.png,1.0,0.0,0.0\n1.png,0,1,0\n2.png,0,0,1\n' });
  const listing = await read('csv');
  expect(pairs(listing)).toEqual(['0.png MEL', '1.png NV', '2.png BCC']);
  expect(listing.classes).toEqual(['BCC', 'MEL', 'NV']);
});

test.each([
  ['several in one row', '1,1,0', 'Edema|Effusion'],
  ['none in a row', '0,0,0', 'none'],
  ['an uncertain one', '1,-1,0', 'Edema|?Effusion'],
  ['a blank', '1.0,,0', 'Edema|?Effusion'],
  ['words', 'True,NA,False', 'Edema|?Effusion'],
])('columns of 0 and 1 that do not exclude each other are findings: %s', async (_, row, label) => {
  await images('0.png', '1.png', '2.png');
  await files({ 'labels.csv': `image,sex,Edema,Effusion,Mass\n0.png,1,${row}\n1.png,0,0,1,0\n2.png,1,0,0,1\n` });
  const { task, classes, samples, notices } = await read('csv');
  expect([task, classes]).toEqual(['findings', ['Edema', 'Effusion', 'Mass']]);
  expect(samples.map((sample) => sample.label)).toEqual([label, 'Effusion', 'Mass']);
  if (label.includes('?'))
    expect(notices?.[0]).toMatch(/^Labels that are blank or -1 are not known, .*: Effusion 1\.$/);
});

test('findings are named, and a wrong cell, an unknown column or an impossible name is a fault', async () => {
  await images('0.png', '1.png', '2.png');
  await files({ 'labels.csv': 'image,label,Edema,Mass,none\n0.png,x,1,0,1\n1.png,y,maybe,1,0\n2.png,y,-1,,0\n' });
  const { classes, samples, faults } = await read('csv', { findings: ['edema', 'Mass'] });
  expect(classes).toEqual(['Edema', 'Mass']);
  expect(samples.map(({ label }) => label)).toEqual(['Edema']);
  expect(faults.map(({ reason }) => reason)).toEqual([
    'labels.csv:3: Edema is "maybe"; 1, 0, or -1 or nothing for a label that is not known, is expected',
    'labels.csv:4: it has no label: none of its findings is known',
  ]);
  expect(await refusal('csv', { findings: ['Edema', 'Mess'] })).toContain('the column Mess is missing');
  expect(await refusal('csv', { findings: ['Edema', 'none'] })).toContain(
    'the finding "none" needs another name: "none" stands for an image without a finding.',
  );
});

test('folders: folds are read as one set, and unknown parts with equal classes are refused', async () => {
  await images('fold_0/a/1.png', 'fold_0/b/1.png', 'fold_1/a/2.png', 'fold_1/b/2.png');
  const { classes, samples, notices } = await read('folders');
  expect([classes, samples.length]).toEqual([['a', 'b'], 4]);
  expect(notices).toEqual([expect.stringMatching(/^The 2 folds \(fold_0, fold_1\) are read as one set/)]);
});

test('folders: unknown names above equal classes are refused as parts of a split', async () => {
  await images('site1/a/1.png', 'site1/b/1.png', 'site2/a/2.png', 'site2/b/2.png');
  expect(await refusal('folders')).toMatch(
    /^<folder>: the folders site1, site2 all hold the folders a, b, so they look like parts/,
  );
});

test('folders: masks and notes beside images are left out and counted; a mask alone is an image', async () => {
  await images('a/1.png', 'a/1_mask.png', 'a/1.txt', 'b/2.png', 'b/only_mask.png', 'README.md');
  const { samples, faults, notices } = await read('folders');
  expect(samples.map(({ image }) => image)).toEqual(['a/1.png', 'b/2.png', 'b/only_mask.png']);
  expect(faults).toEqual([]);
  expect(notices).toEqual([
    '1 mask(s) beside images were left out, a/1_mask.png for one.',
    '2 file(s) that are no images were left out, README.md for one.',
  ]);
});

test('folders: a picture in a format that is not read is a fault with a way out', async () => {
  await images('a/1.png', 'a/2.BMP', 'b/3.png', 'b/4.nii', 'b/5.xyz');
  expect((await read('folders')).faults.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
    'a/2.BMP: BMP is not read; save it as PNG, in Python: Image.open(old).save(new)',
    'b/4.nii: NIfTI volumes are not read; export the slices as PNG',
    'b/5.xyz: it is not an image by its extension',
  ]);
});
