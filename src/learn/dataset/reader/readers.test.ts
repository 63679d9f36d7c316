import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { READERS, type Listing, type ReaderName } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'readers-')), 'mine');
  await mkdir(folder);
});
afterEach(() => rm(dirname(folder), { recursive: true }));

/** Writes files by path. */
async function tree(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Empty files: a reader looks at the names of images only. */
const images = (paths: readonly string[]) => tree(Object.fromEntries(paths.map((path) => [path, ''])));

async function read(name: ReaderName): Promise<Listing> {
  const result = await READERS[name](folder);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

const refusal = async (name: ReaderName): Promise<string> => {
  const result = await READERS[name](folder);
  return result.ok ? 'no refusal' : result.error.replaceAll(folder, '<folder>');
};

test('covid19: class and split come from the folders, whatever the case of the extension', async () => {
  await images(
    [
      'train/Covid/b.JPG',
      'train/Covid/a.png',
      'train/Normal/1.jpeg',
      'train/Viral Pneumonia/1.jpeg',
      'test/Covid/1.jpg',
      'test/Normal/1.jpg',
      'test/Viral Pneumonia/1.jpg',
    ].map((f) => `Covid19-dataset/${f}`),
  );
  const { samples, faults, classes, ordinal } = await read('covid19');
  expect(samples.slice(0, 2)).toEqual([
    {
      image: 'Covid19-dataset/train/Covid/a.png',
      label: 'Covid',
      group: 'Covid19-dataset/train/Covid/a.png',
      split: 'train',
    },
    {
      image: 'Covid19-dataset/train/Covid/b.JPG',
      label: 'Covid',
      group: 'Covid19-dataset/train/Covid/b.JPG',
      split: 'train',
    },
  ]);
  expect([samples.length, faults, classes, ordinal]).toEqual([7, [], ['Covid', 'Normal', 'Viral Pneumonia'], false]);
});

test('covid19: a wrong folder is refused, saying what was looked for and what is there', async () => {
  await images(['Covid/1.jpg', 'Normal/1.jpg', 'readme.txt']);
  expect(await refusal('covid19')).toBe(
    'There is no "Covid/" in <folder>/Covid19-dataset/train; that folder is empty or does not exist.',
  );
  await images(['Covid19-dataset/train/Covid/1.jpg', 'Covid19-dataset/train/Healthy/1.jpg']);
  expect(await refusal('covid19')).toBe(
    'There is no "Normal/" in <folder>/Covid19-dataset/train; it holds Covid/, Healthy/.',
  );
});

test(
  'isic9: an unknown class, a stray file and a file that is no image are faults by name; what file managers leave ' +
    'is not',
  async () => {
    const root = 'Skin cancer ISIC The International Skin Imaging Collaboration';
    const classes = [
      'actinic keratosis',
      'basal cell carcinoma',
      'dermatofibroma',
      'melanoma',
      'nevus',
      'pigmented benign keratosis',
      'seborrheic keratosis',
      'squamous cell carcinoma',
      'vascular lesion',
    ];
    await images(['Train', 'Test'].flatMap((split) => classes.map((label) => `${root}/${split}/${label}/1.jpg`)));
    await images([
      `${root}/Train/wart/1.jpg`,
      `${root}/Train/list.csv`,
      `${root}/Train/nevus/notes.txt`,
      `${root}/Train/nevus/.DS_Store`,
      `${root}/Train/nevus/Thumbs.db`,
    ]);
    const { samples, faults } = await read('isic9');
    expect(samples).toHaveLength(18);
    expect(faults.map(({ file, reason }) => `${file.replace(root, '')}: ${reason}`)).toEqual([
      '/Train/list.csv: it is outside of the class folders',
      '/Train/nevus/notes.txt: it is not an image by its extension',
      `/Train/wart: the class "wart" is unknown; ${classes.join(', ')} are known`,
    ]);
  },
);

test('chest-xray: the group is the patient number where there is one, and val images train', async () => {
  await images(
    [
      'train/NORMAL/IM-0115-0001.jpeg',
      'train/PNEUMONIA/person1_bacteria_1.jpeg',
      'val/NORMAL/NORMAL2-IM-1427-0001.jpeg',
      'val/PNEUMONIA/person1946_bacteria_4874.jpeg',
      'test/NORMAL/IM-0001-0001.jpeg',
      'test/PNEUMONIA/person1_virus_6.jpeg',
    ].map((f) => `chest_xray/${f}`),
  );
  const { samples } = await read('chest-xray');
  expect(samples.map(({ group, split }) => [group, split])).toEqual([
    ['chest_xray/train/NORMAL/IM-0115-0001.jpeg', 'train'],
    ['person1', 'train'],
    ['chest_xray/val/NORMAL/NORMAL2-IM-1427-0001.jpeg', 'train'],
    ['person1946', 'train'],
    ['chest_xray/test/NORMAL/IM-0001-0001.jpeg', 'test'],
    ['person1', 'test'],
  ]);
});

test('ham10000: labels and lesions come from the metadata; what lacks either side is a fault', async () => {
  await images([
    'HAM10000_images_part_1/ISIC_1.jpg',
    'HAM10000_images_part_2/ISIC_2.JPG',
    'HAM10000_images_part_2/ISIC_3.jpg',
    'HAM10000_images_part_2/ISIC_5.jpg',
  ]);
  await tree({
    'HAM10000_metadata.csv':
      'lesion_id,image_id,dx,dx_type\r\nHAM_1,ISIC_1,nv,x\r\nHAM_1,ISIC_2,nv,x\r\nHAM_2,ISIC_3,wart,x\r\nHAM_3,ISIC_4,mel,x\r\n',
  });
  const { samples, faults } = await read('ham10000');
  expect(samples).toEqual([
    { image: 'HAM10000_images_part_1/ISIC_1.jpg', label: 'nv', group: 'HAM_1', split: '' },
    { image: 'HAM10000_images_part_2/ISIC_2.JPG', label: 'nv', group: 'HAM_1', split: '' },
  ]);
  expect(faults).toEqual([
    {
      file: 'HAM10000_images_part_2/ISIC_3.jpg',
      reason: 'HAM10000_metadata.csv:4: the class "wart" is unknown; akiec, bcc, bkl, df, mel, nv, vasc are known',
    },
    {
      file: 'ISIC_4',
      reason:
        'HAM10000_metadata.csv:5 names it, but HAM10000_images_part_1 and HAM10000_images_part_2 hold no such image',
    },
    { file: 'HAM10000_images_part_2/ISIC_5.jpg', reason: 'HAM10000_metadata.csv does not name it' },
  ]);
});

test('ham10000: a missing part or table is named', async () => {
  expect(await refusal('ham10000')).toBe(
    'There is no "HAM10000_metadata.csv" in <folder>; that folder is empty or does not exist.',
  );
  await tree({ 'HAM10000_metadata.csv': '', 'HAM10000_images_part_1/ISIC_1.jpg': '' });
  expect(await refusal('ham10000')).toBe(
    'There is no "HAM10000_images_part_2" in <folder>; it holds HAM10000_images_part_1/, HAM10000_metadata.csv.',
  );
});

test('idrid: trailing spaces, empty columns and CRLF do not disturb, and equal names in both folders stay apart', async () => {
  const root = 'B. Disease Grading';
  await tree({
    [`${root}/1. Original Images/a. Training Set/IDRiD_001.jpg`]: '',
    [`${root}/1. Original Images/b. Testing Set/IDRiD_001.jpg`]: '',
    [`${root}/2. Groundtruths/a. IDRiD_Disease Grading_Training Labels.csv`]:
      'Image name,Retinopathy grade,Risk of macular edema ,,,\r\nIDRiD_001,3,2,,,\r\nIDRiD_002,1,0,,,\r\n',
    [`${root}/2. Groundtruths/b. IDRiD_Disease Grading_Testing Labels.csv`]:
      'Image name,Retinopathy grade,Risk of macular edema \r\nIDRiD_001,4 ,0\r\n',
  });
  const { samples, faults, ordinal } = await read('idrid');
  expect(ordinal).toBe(true);
  expect(samples.map(({ image, label, split }) => [image.split('/')[2], label, split])).toEqual([
    ['a. Training Set', '3', 'train'],
    ['b. Testing Set', '4', 'test'],
  ]);
  expect(faults).toEqual([
    {
      file: `${root}/1. Original Images/a. Training Set/IDRiD_002.jpg`,
      reason: `${root}/2. Groundtruths/a. IDRiD_Disease Grading_Training Labels.csv:3 names it, but it is not there`,
    },
  ]);
});

test('folders: a folder per class, nested folders included, named after its folder', async () => {
  await images(['cat/1.png', 'cat/more/2.png', 'dog/1.png']);
  const { name, samples, classes } = await read('folders');
  expect([name, classes]).toEqual(['mine', ['cat', 'dog']]);
  expect(samples.map(({ image, label, split }) => [image, label, split])).toEqual([
    ['cat/1.png', 'cat', ''],
    ['cat/more/2.png', 'cat', ''],
    ['dog/1.png', 'dog', ''],
  ]);
});

test('folders: Train and Test above the classes are the published split', async () => {
  await images(['Test/a/1.png', 'Test/b/1.png', 'Train/a/1.png', 'Train/b/1.png']);
  expect((await read('folders')).samples.map(({ split }) => split)).toEqual(['test', 'test', 'train', 'train']);
});

test('folders: val, valid or validation between them is the published validation set', async () => {
  for (const name of ['val', 'Valid', 'validation']) {
    await images([`${name}/a/1.png`, `${name}/b/1.png`]);
    expect(
      (await read('folders')).samples.filter(({ split }) => split === 'validation').map(({ image }) => image),
    ).toContain(`${name}/a/1.png`);
  }
});

test('folders: fewer than two classes are refused', async () => {
  expect(await refusal('folders')).toMatch(/^<folder> holds no folder; one folder for each class is expected/);
  await images(['only/1.png']);
  expect(await refusal('folders')).toMatch(/^<folder> holds only the folder "only"/);
});

test('csv: group and split are read where the table has them; every unusable row is a fault with its line', async () => {
  await tree({
    'a.png': '',
    'b.png': '',
    'images.csv':
      '\uFEFFlabel,"image",split,group\nx,a.png,Train,p1\ny,b.png,,\ny,c.png,,\ny,../d.png,,\n,a.png,,\ny,b.png,,\ny,a.png,later,\n',
  });
  const { samples, faults } = await read('csv');
  expect(samples).toEqual([
    { image: 'a.png', label: 'x', group: 'p1', split: 'train' },
    { image: 'b.png', label: 'y', group: 'b.png', split: '' },
  ]);
  expect(faults.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
    'c.png images.csv:4: it is not there',
    '../d.png images.csv:5: a path below the folder is expected',
    'a.png images.csv:6: it has no label',
    'b.png images.csv:7: it is listed twice',
    'a.png images.csv:8: split: expected train, validation, test or nothing, got "later"',
  ]);
});

test('csv: no table, two tables, or a table without the columns are refused', async () => {
  expect(await refusal('csv')).toBe(
    '<folder> holds no CSV file; exactly one, with the columns image and label, is expected.',
  );
  await tree({ 'a.csv': 'file,label\n' });
  expect(await refusal('csv')).toBe(
    '<folder>/a.csv:1: the column image is missing. The first line, cut at each comma, has the columns "file", ' +
      '"label". Name the right one: "columns": { "image": "..." }.',
  );
  await tree({ 'b.csv': '' });
  expect(await refusal('csv')).toMatch(/^<folder> holds a.csv, b.csv; exactly one/);
});
