/** Readers of boxes and landmarks on small drawn files: classes, subsets, crowds, images without labels, faults. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { BoxListing } from '../listing.ts';
import { BOX_READERS, type BoxReaderName } from './index.ts';

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'boxes-'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

async function listed(
  reader: BoxReaderName,
  files: Readonly<Record<string, string>>,
  options: object = {},
): Promise<BoxListing> {
  const found = await BOX_READERS[reader](await folderOf(files), options);
  if (!found.ok) throw new Error(found.error);
  return found.value;
}

async function refused(reader: BoxReaderName, files: Readonly<Record<string, string>>): Promise<string> {
  const found = await BOX_READERS[reader](await folderOf(files), {});
  return found.ok ? '' : found.error;
}

const box = (of: number, left: number, top: number, width: number, height: number) => ({
  ...{ class: of, left, top, width, height },
});

const COCO = {
  images: [
    { id: 7, file_name: 'a.png', width: 40, height: 30 },
    { id: 9, file_name: 'b.png', width: 40, height: 30 },
    { id: 11, file_name: 'gone.png', width: 40, height: 30 },
  ],
  annotations: [
    { image_id: 7, category_id: 30, bbox: [1, 2, 3, 4], iscrowd: 0 },
    { image_id: 7, category_id: 5, bbox: [5, 6, 7, 8] },
    { image_id: 7, category_id: 5, bbox: [0, 0, 9, 9], iscrowd: 1 },
  ],
  categories: [
    { id: 5, name: 'cell' },
    { id: 12, name: 'never' },
    { id: 30, name: 'nucleus' },
  ],
};

test('COCO: ids are renumbered, crowds and unused classes left out, an image without objects has none', async () => {
  const { labelsOf, ...listing } = await listed('coco', {
    'annotations/instances_val2017.json': JSON.stringify(COCO),
    'notes.json': '{"a": 1}',
    'val/a.png': '',
    'val/b.png': '',
    'val/c.png': '',
    'train/a.png': '',
  });
  expect(listing.objectClasses).toEqual([
    { name: 'cell', kind: 'box' },
    { name: 'nucleus', kind: 'box' },
  ]);
  const unit = { width: 40, height: 30 };
  expect(labelsOf.get('val/a.png')).toEqual({ unit, objects: [box(1, 1, 2, 3, 4), box(0, 5, 6, 7, 8)] });
  expect(labelsOf.get('val/b.png')).toEqual({ unit, objects: [] });
  expect(listing.unlabeled).toEqual(['train/a.png', 'val/c.png']);
  expect(listing.samples.map(({ split }) => split)).toEqual(['validation', 'validation']);
  expect(listing.faults).toEqual([
    { file: 'gone.png', reason: 'instances_val2017.json names it, but it is not there' },
  ]);
  expect(listing.notices).toEqual(['1 crowd(s) are left out.', expect.stringContaining('never') as string]);
});

test('COCO: an object without a box is a fault, and another file is refused with the reason', async () => {
  const annotations = [{ image_id: 7, category_id: 5, segmentation: [] }];
  const { faults } = await listed('coco', {
    'x.json': JSON.stringify({ ...COCO, annotations, images: COCO.images.slice(0, 1) }),
    'a.png': '',
  });
  expect(faults).toEqual([{ file: 'a.png', reason: expect.stringContaining('no "bbox"') as string }]);
  expect(await refused('coco', { 'a.png': '', 'x.json': '{}' })).toContain('"images", "annotations" and "categories"');
});

test('YOLO: labels mirror images, names come from data.yaml, an empty file means no object', async () => {
  const { labelsOf, ...listing } = await listed('yolo', {
    'data.yaml': 'names:\n  0: cell\n  1: nucleus\n',
    'train/images/a.png': '',
    'train/labels/a.txt': '1 0.5 0.5 0.2 0.4\n\n0 0.25 0.5 0.5 0.5\r\n',
    'test/images/a.png': '',
    'test/labels/a.txt': '',
    'test/images/b.png': '',
    'test/labels/other.txt': '0 0.5 0.5 0.1 0.1',
  });
  expect(listing.objectClasses.map(({ name }) => name)).toEqual(['cell', 'nucleus']);
  expect(labelsOf.get('train/images/a.png')).toEqual({
    unit: 'fractions',
    objects: [box(1, 0.4, 0.3, 0.2, 0.4), box(0, 0, 0.25, 0.5, 0.5)],
  });
  expect(labelsOf.get('test/images/a.png')?.objects).toEqual([]);
  expect(listing.unlabeled).toEqual(['test/images/b.png']);
  expect(listing.samples.map(({ split }) => split)).toEqual(['test', 'train']);
  expect(listing.notices).toEqual([expect.stringContaining('test/labels/other.txt') as string]);
});

test('YOLO: a line that is no box is named, and a class without a name is refused', async () => {
  const { faults } = await listed('yolo', { 'a.png': '', 'a.txt': '0 0.5 0.5 0.1', 'b.png': '', 'b.txt': '' });
  expect(faults).toEqual([{ file: 'a.png', reason: expect.stringContaining('line 1 is "0 0.5 0.5 0.1"') as string }]);
  expect(await refused('yolo', { 'classes.txt': 'cell', 'a.png': '', 'a.txt': '3 0.5 0.5 0.1 0.1' })).toContain(
    'the labels have the class 3, but 1 classes are named: cell',
  );
});

test('landmarks: a row for each point, and an image that a row spoils is a fault, not one without labels', async () => {
  const { labelsOf, ...listing } = await listed('points', {
    'points.csv': 'image,label,x,y\na.png,fovea,3,4.5\na.png,disc,1,2\nb,fovea,x,1\ngone,fovea,1,1\n',
    'a.png': '',
    'b.png': '',
    'c.png': '',
  });
  expect(listing.objectClasses).toEqual([
    { name: 'fovea', kind: 'point' },
    { name: 'disc', kind: 'point' },
  ]);
  expect([...labelsOf.keys()]).toEqual(['a.png']);
  expect(labelsOf.get('a.png')?.objects).toEqual([box(0, 3, 4.5, 0, 0), box(1, 1, 2, 0, 0)]);
  expect(listing.unlabeled).toEqual(['c.png']);
  expect(listing.faults.map(({ file }) => file)).toEqual(['b.png', 'gone']);
});
