/** Decoding in threads, as `ingest` does it with more than one processor. */
import { cp, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { pipelineOf, Project } from './rig.test-support.ts';

const repository = path.resolve(import.meta.dirname, '..');

/** A project that has this repository's stages, and images of all sorts in two classes. */
async function projectWithImages(settings: object): Promise<Project> {
  const ingest = (cpu: number, onBroken: string) => ({
    module: 'stages/ingest.ts',
    inputs: { source: 'images' },
    params: { reader: 'folders', size: 16, onBroken },
    outputs: { images: 'images.safetensors', table: 'table.csv', dataset: 'dataset.json' },
    resources: { cpu },
  });
  const project = await Project.create({
    'pipeline.json': pipelineOf({ alone: ingest(1, 'drop'), together: ingest(2, 'drop'), strict: ingest(2, 'error') }),
    'package.json': { type: 'module' },
    '.pipelinerc.json': settings,
  });
  for (const folder of ['src', 'stages', 'tsconfig.json'])
    await cp(path.join(repository, folder), project.path(folder), { recursive: true });
  await symlink(path.join(repository, 'node_modules'), project.path('node_modules'));
  for (let i = 0; i < 40; i++) {
    const picture = sharp({
      create: {
        width: 20 + i,
        height: 60 - i,
        channels: 3,
        background: { r: 6 * i, g: 255 - 6 * i, b: 90 },
        noise: { type: 'gaussian', mean: 120, sigma: 30 },
      },
    });
    await project.write(
      `images/${'ab'[i % 2]!}/${i}.${i % 5 === 0 ? 'png' : 'jpg'}`,
      await (i % 5 === 0 ? picture.png() : picture.jpeg()).toBuffer(),
    );
  }
  await project.write('images/a/broken.jpg', 'no image');
  await project.write(
    'images/b/cut.jpg',
    (
      await sharp({ create: { width: 30, height: 30, channels: 3, background: 'red' } })
        .jpeg()
        .toBuffer()
    ).subarray(0, -20),
  );
  return project;
}

test.skipIf(os.availableParallelism() < 2)(
  'two threads write the bytes that one writes, and name the same broken images',
  { timeout: 120_000 },
  async () => {
    const project = await projectWithImages({});
    const digests = async (stage: string) => {
      await project.pipeline(['checkout', stage, '--to', `out-${stage}`]);
      return (await project.shell(`cd out-${stage}/${stage} && sha256sum *`)).stdout;
    };
    expect((await project.run('alone')).executed).toEqual(['alone']);
    const alone = await digests('alone');
    // The number of processors is no part of the fingerprint: one result would serve both.
    expect((await project.run('together', '--force')).executed).toEqual(['together']);
    expect(await digests('together')).toBe(alone);
    const { err } = await project.pipeline(['run', 'strict']);
    expect(err).toContain('2 file(s) of');
    expect(err).toContain('a/broken.jpg: it cannot be decoded');
    expect(err).toContain('b/cut.jpg: it cannot be decoded');
  },
);

test.skipIf(os.availableParallelism() < 2)(
  'threads find the packages of a project whose store lies elsewhere',
  { timeout: 120_000 },
  async () => {
    const elsewhere = await Project.create({});
    const project = await projectWithImages({ store: elsewhere.path('store') });
    expect((await project.run('together')).executed).toEqual(['together']);
  },
);
