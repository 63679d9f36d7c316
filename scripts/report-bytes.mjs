// Prints the digest of every form of the report on a made-up study: node scripts/report-bytes.mjs
// Continuous integration runs it on several versions of Node, which must agree.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// Inside the checkout, so that imports find their packages.
const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.report-bytes-'));
try {
  const report = join(import.meta.dirname, '../src/report');
  const common = {
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  };
  await build({ ...common, entryPoints: [join(report, 'index.ts'), join(report, 'study.test-support.ts')] });
  const { renderCard, renderChecklist, renderCsv, renderHtml, renderJson, renderMarkdown } = await import(
    join(folder, 'index.mjs')
  );
  const { studyFixture } = await import(join(folder, 'study.test-support.mjs'));
  const study = studyFixture();
  for (const [name, render] of Object.entries({
    renderHtml,
    renderJson,
    renderCsv,
    renderMarkdown,
    renderCard,
    renderChecklist,
  })) {
    console.log(createHash('sha256').update(render(study)).digest('hex'), name);
  }
} finally {
  await rm(folder, { recursive: true });
}
