/**
 * Writes the page of a made-up study of starts times pre-training, for scripts/look.mjs:
 *
 *     node scripts/grid-report.mjs <report.html> [starts] [pre-trainings]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const STARTS = ['random', 'ImageNet', 'RadImageNet', 'MoCo on ImageNet', 'Lightning checkpoint'];
const PRETRAININGS = ['none', 'longer', 'simclr'];

const [report, starts = 5, pretrainings = 3] = process.argv.slice(2);
if (report === undefined) throw new Error('Say where to: node scripts/grid-report.mjs <report.html>');
const contents =
  "export { renderHtml } from './src/report/index.ts'; export { datasetFixture, gridCells, studyFixture } from " +
  "'./src/report/study.test-support.ts';";
const folder = await mkdtemp(path.join(tmpdir(), 'grid-report-'));
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
  const { renderHtml, datasetFixture, gridCells, studyFixture } = await import(pathToFileURL(outfile).href);
  const columns = Number(pretrainings) === 2 ? ['none', 'simclr'] : PRETRAININGS.slice(0, Number(pretrainings));
  const cells = gridCells(STARTS.slice(0, Number(starts)), columns);
  const dataset = datasetFixture('phantom', 'Phantom lesions', ['benign', 'atypical', 'malignant'], cells);
  await writeFile(report, renderHtml(studyFixture([dataset])));
} finally {
  await rm(folder, { recursive: true });
}
