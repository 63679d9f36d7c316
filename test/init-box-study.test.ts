/** `pipeline init study --task detection` on small drawn images with labels of COCO and YOLO. */
import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { installedProject } from './installed.test-support.ts';
import type { Project } from './rig.test-support.ts';

async function draw(project: Project, count: number): Promise<void> {
  for (const folder of ['photos/images', 'photos/labels']) await mkdir(project.path(folder), { recursive: true });
  for (let i = 0; i < count; i++)
    await sharp(
      Uint8Array.from({ length: 24 * 16 }, (_, pixel) => (pixel * 7 + 31 * i) % 256),
      { raw: { width: 24, height: 16, channels: 1 } },
    )
      .png()
      .toFile(project.path(`photos/images/${i}.png`));
}

const init = (project: Project, ...words: string[]) =>
  project.pipeline(['init', 'study', '--task', 'detection', '--images', 'photos', ...words]);

const coco = (count: number, bbox: readonly number[] = [2, 3, 10, 5]) =>
  JSON.stringify({
    images: Array.from({ length: count }, (_, id) => ({ id, file_name: `${id}.png`, width: 24, height: 16 })),
    annotations: Array.from({ length: count }, (_, id) => ({ id, image_id: id, category_id: 1, bbox })),
    categories: [{ id: 1, name: 'nodule' }],
  });

test('labels of COCO: the findings are told, the file is right, and its split can be made', async () => {
  const project = await installedProject();
  await draw(project, 13);
  await writeFile(project.path('photos/labels.json'), coco(12));
  const made = await init(project, '--domain', 'xray');
  expect(made).toMatchObject({ code: 0, err: 'looking at photos\n' });
  expect(made.out).toMatch(/^images +12 with labels, 1 without: left out$/m);
  expect(made.out).toMatch(/^labels +12 objects, read as coco$/m);
  expect(made.out).toMatch(/^classes +nodule$/m);
  expect(await project.pipeline(['check'])).toMatchObject({ code: 0 });
  const split = await project.pipeline(['run', 'split', '--progress', 'quiet']);
  expect(split.err).not.toContain('FAILED');
  expect(split.code).toBe(0);
}, 120_000);

test('labels of YOLO elsewhere, and faults that are named before anything is written', async () => {
  const project = await installedProject();
  await draw(project, 10);
  await mkdir(project.path('texts'));
  const label = (i: number, text: string) => writeFile(project.path(`texts/${i}.txt`), text);
  for (let i = 0; i < 10; i++) await label(i, '0 0.5 0.5 0.25 0.5\n');
  await label(3, '0 0.98 0.5 0.25 0.5\n');
  const words = ['--domain', 'xray', '--labels', 'texts', '--classes', 'nodule'];
  const faulty = await init(project, ...words);
  expect(faulty).toMatchObject({ code: 2, out: '' });
  expect(faulty.err).toContain('images/3.png');
  expect(faulty.err).toContain('by more than 5 % of a side');
  expect((await init(project)).err).toContain('--labels FILE.json (COCO)');
  expect((await init(project, '--masks', 'texts')).err).toContain('--masks has no meaning for --task detection');
  expect(project.exists('pipeline.json')).toBe(false);
  expect(await init(project, ...words, '--leave-out')).toMatchObject({ code: 0 });
  expect(await project.read('pipeline.json')).toContain('"labelFile": "texts"');
}, 120_000);
