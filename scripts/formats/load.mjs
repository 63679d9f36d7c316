import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.join(import.meta.dirname, '../..');

/** The exports of src/formats/index.ts. Node cannot import TypeScript in all supported versions. */
export async function loadFormats() {
  // Inside the checkout, so that the bundle finds its packages.
  const folder = await mkdtemp(path.join(root, 'node_modules/.formats-'));
  try {
    const outfile = path.join(folder, 'formats.mjs');
    await build({
      entryPoints: [path.join(root, 'src/formats/index.ts')],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
