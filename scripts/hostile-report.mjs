/**
 * Writes the page of a study full of hostile names, for scripts/look.mjs: node scripts/hostile-report.mjs <report.html>
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('Say where to: node scripts/hostile-report.mjs <report.html>');
const contents =
  "export { renderHtml } from './src/report/index.ts'; export { hostileStudy } from " +
  "'./src/report/hostile.test-support.ts';";
const folder = await mkdtemp(path.join(tmpdir(), 'hostile-report-'));
try {
  const outfile = path.join(folder, 'bundle.mjs');
  await build({
    stdin: { contents, resolveDir: '.' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const { renderHtml, hostileStudy } = await import(pathToFileURL(outfile).href);
  await writeFile(report, renderHtml(hostileStudy()));
} finally {
  await rm(folder, { recursive: true });
}
