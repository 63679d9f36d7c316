/** `pipeline init study --task segmentation` on small drawn images and masks. */
import { mkdir, rm } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { installedProject } from './installed.test-support.ts';
import type { Project } from './rig.test-support.ts';

/** Images of 24 px; masks of `size` px with a square of `value`. */
async function draw(project: Project, count: number, { size = 24, value = 255 } = {}): Promise<void> {
  for (const folder of ['photos/images', 'photos/masks']) await mkdir(project.path(folder), { recursive: true });
  for (let i = 0; i < count; i++) {
    const image = Uint8Array.from({ length: 24 * 24 }, (_, pixel) => (pixel * 7 + 31 * i) % 256);
    const mask = Uint8Array.from({ length: size * size }, (_, pixel) => (pixel % size < size / 2 ? value : 0));
    const raw = (side: number) => ({ raw: { width: side, height: side, channels: 1 as const } });
    await sharp(image, raw(24))
      .png()
      .toFile(project.path(`photos/images/${i}.png`));
    await sharp(mask, raw(size))
      .png()
      .toFile(project.path(`photos/masks/${i}_mask.png`));
  }
}

const init = (project: Project, ...words: string[]) =>
  project.pipeline(['init', 'study', '--task', 'segmentation', '--images', 'photos', ...words]);

test('images and masks: the findings are told, the file is right, and its split can be made', async () => {
  const project = await installedProject();
  await draw(project, 12);
  const made = await init(project, '--domain', 'skin', '--classes', 'lesion');
  expect(made).toMatchObject({ code: 0, err: 'looking at photos\n' });
  expect(made.out).toMatch(/^images +12 with a mask$/m);
  expect(made.out).toMatch(/^classes +background and lesion$/m);
  expect((await project.read('pipeline.json')).split('\n').length).toBeLessThanOrEqual(41);
  expect(await project.pipeline(['check'])).toMatchObject({ code: 0 });
  const split = await project.pipeline(['run', 'split', '--progress', 'quiet']);
  expect(split.err).not.toContain('FAILED');
  expect(split.code).toBe(0);
}, 120_000);

test('faults are named before anything is written: kind, sizes, values, a table', async () => {
  const project = await installedProject();
  await draw(project, 4);
  expect((await init(project)).err).toContain('--domain skin');
  expect((await init(project, '--domain', 'skin', '--labels', 'x.csv')).err).toContain('--masks FOLDER');
  await draw(project, 1, { size: 12 });
  const other = await init(project, '--domain', 'skin');
  expect(other).toMatchObject({ code: 2, out: '' });
  expect(other.err).toContain('its mask masks/0_mask.png has 12 x 12 pixels, the image 24 x 24');
  expect(other.err).toContain('--leave-out');
  await rm(project.path('photos/masks'), { recursive: true });
  expect((await init(project, '--domain', 'skin')).err).toContain('Expected masks in a folder such as masks/');
  expect(project.exists('pipeline.json')).toBe(false);
  const classes = await project.pipeline(['init', 'study', '--images', 'photos', '--masks', 'photos']);
  expect(classes.err).toContain('Add --task segmentation.');
}, 120_000);
