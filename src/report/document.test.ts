import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { csvParse } from 'd3-dsv';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { digestOf } from '../util/digest.ts';
import { datasetFixture, studyFixture } from './study.test-support.ts';
import { hostileStudy } from './hostile.test-support.ts';
import { renderCard, renderChecklist, renderCsv, renderHtml, renderJson, renderMarkdown } from './index.ts';

const study = studyFixture([
  datasetFixture('phantom', 'Phantom lesions', ['benign', 'atypical', 'malignant']),
  datasetFixture('covid19', 'Covid-19 image dataset', ['Covid', 'Normal', 'Viral Pneumonia']),
]);
const html = renderHtml(study);

/** The visible text of a page, without markup. */
const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('the same study gives the same bytes, twice in one process', () => {
  expect(renderHtml(structuredClone(study))).toBe(html);
});

test('and in a process of another time zone and language', async () => {
  // Inside the repository, so that preact is found.
  const folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.report-test-', import.meta.url)));
  try {
    const here = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
    const entry = path.join(folder, 'entry.ts');
    await writeFile(
      entry,
      `import { createHash } from 'node:crypto';
       import { renderHtml } from ${here('index.ts')};
       import { studyFixture } from ${here('study.test-support.ts')};
       console.log(createHash('sha256').update(renderHtml(studyFixture())).digest('hex'));`,
    );
    const bundle = path.join(folder, 'bundle.mjs');
    await build({
      entryPoints: [entry],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      jsx: 'automatic',
      jsxImportSource: 'preact',
    });
    const digest = execFileSync(process.execPath, [bundle], {
      env: { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' },
      encoding: 'utf8',
    }).trim();
    expect(digest).toBe(digestOf(renderHtml(studyFixture())));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('nothing is loaded from anywhere: no script, no address outside the page, and a policy that forbids it', () => {
  expect(html).not.toMatch(/<script|<link|<iframe|<object|@import|url\(/i);
  for (const [, address] of html.matchAll(/\s(?:href|src|xlink:href|action|srcset)="([^"]*)"/g))
    expect(address).toMatch(/^(#|data:image\/png;base64,)/);
  expect(html).not.toMatch(/\bhttps?:\/\//);
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
});

test('ids are unique, and whatever points to one finds it', () => {
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  const wanted = [...html.matchAll(/(?:aria-labelledby|href)="#?([^"]*)"/g)].flatMap(([, names]) => names!.split(' '));
  expect(wanted.filter((id) => !id.startsWith('data:') && !ids.includes(id))).toEqual([]);
});

test('every picture has a title, a description, and the data behind it', () => {
  const pictures = html.match(/<svg [^>]*role="img"[^>]*>/g)!;
  expect(html.match(/<desc id=/g)).toHaveLength(pictures.filter((tag) => !/aria-label="[^"]+"/.test(tag)).length);
  expect(html).not.toMatch(/<img (?![^>]*alt="[^"]+")/);
  expect(html).not.toMatch(/<desc id="[^"]*"><\/desc>/);
  expect(html.match(/<figure /g)!.length).toBe(
    html.match(/Data of this figure/g)!.length + study.datasets.flatMap(({ pairs }) => pairs).length,
  );
});

test('coordinates have at most two decimals', () => {
  const drawn = [...html.matchAll(/\s(?:d|x|y|x1|x2|y1|y2|cx|cy|width|height|viewBox)="([^"]*)"/g)]
    .map(([, value]) => value!)
    .join(' ');
  expect(drawn.length).toBeGreaterThan(1000);
  expect(drawn).not.toMatch(/\.\d{3}|NaN|undefined|Infinity/);
});

test('a hostile name of a class, a file, a stage or anything else stays text', () => {
  const page = renderHtml(hostileStudy());
  expect(page).not.toMatch(/<script/i);
  expect(page).toContain('&lt;script');
  for (const [, id] of page.matchAll(/\sid="([^"]*)"/g)) expect(id).toMatch(/^[\w-]+$/);
  // Every tag that is there is one of ours, with attributes as we write them: no quote has broken out.
  const ours = page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<\/?[a-z][a-z0-9]*(\s[a-zA-Z0-9:-]+(="[^"<]*")?)*\s*\/?>/g, '')
    .replace('<!doctype html>', '');
  expect(ours).not.toContain('<');
  expect(page).not.toMatch(/<[a-z]+ (?:[^>]*\s)?on[a-z]+=/i);
});

test('a hostile name stays on its line and in its cell in Markdown', () => {
  const study = hostileStudy();
  for (const [markdown, headings] of [
    [renderMarkdown(study), 2],
    [renderCard(study), 12],
    [renderChecklist(study), 1],
  ] as const) {
    expect(markdown).not.toMatch(/<[a-z]|\u202e|https:\/\/|(?<!\\)\]\(javascript/i);
    expect(markdown.match(/^#+ /gm)).toHaveLength(headings);
    for (const table of markdown
      .trim()
      .split('\n\n')
      .filter((block) => block.startsWith('| '))) {
      const columns = table.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(columns).size).toBe(1);
    }
  }
});

test('a spreadsheet takes no name for a formula', () => {
  const cells = csvParse(renderCsv(hostileStudy())).flatMap(({ dataset, model, against }) => [dataset, model, against]);
  expect(cells.some((cell) => cell!.includes('=cmd'))).toBe(true);
  for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
});

test('the paper stands beside ours where the data set is the paper’s, with its faults', () => {
  const text = textOf(html);
  expect(text).toContain('Beside the paper');
  expect(text).toContain('0.033 ✗');
  expect(text).toContain('M4 has the test accuracy and test loss of M1');
  expect(textOf(renderHtml(studyFixture()))).not.toContain('Beside the paper');
});

test('a start that is not ImageNet is never called so', () => {
  const own = textOf(renderHtml(studyFixture())).replace('transfer start ImageNet fractal', '');
  expect(own).not.toContain('ImageNet');
  expect(own).toContain('M3 (fractal)');
});

test('a study without pre-training, pairs, split or lineage has no empty sections', () => {
  const [dataset] = studyFixture().datasets;
  const text = textOf(
    renderHtml({
      ...studyFixture([
        {
          ...dataset!,
          preTraining: [],
          fineTuning: [],
          pairs: [],
          split: null,
          audit: null,
          explanations: [],
          evaluation: { ...dataset!.evaluation, probes: [], labelFractions: [], leaky: [] },
        },
      ]),
      provenance: [],
    }),
  );
  expect(text).toContain(
    'Not on this page, because this pipeline does not make it: learning curves, augmented pairs, fewer labels, ' +
      'features and leaks.',
  );
  for (const absent of [
    'Learning curves',
    'Augmented pairs',
    'Budgets',
    'With fewer labels',
    'Grad-CAM',
    'Clean against leaky',
    'Frozen features',
    'undefined',
    'null',
  ])
    expect(text).not.toContain(absent);
  expect(text).toContain('The answer');
});

test('a split that was to leak and leaks no more than the clean one is called so', () => {
  const {
    datasets: [dataset],
  } = studyFixture();
  const { evaluation } = dataset!;
  const withShare = (leaks: number) =>
    textOf(
      renderHtml(
        studyFixture([
          {
            ...dataset!,
            evaluation: {
              ...evaluation,
              leaks: { images: 66, leaks: 3, duplicates: 3 },
              leaky: evaluation.leaky.map((side) => ({ ...side, images: 63, leaks })),
            },
          },
        ]),
      ),
    );
  expect(withShare(2)).toContain('It leaks no more than the clean one');
  expect(withShare(21)).not.toContain('It leaks no more than the clean one');
});

test('the tables hold what the page shows', () => {
  const rows = renderCsv(study).trim().split('\n');
  expect(rows[0]).toBe(
    'dataset,model,start,pretraining,against,metric,mean,sd,low,high,p,adjusted,seeds,testImages,testGroups',
  );
  expect(rows).toHaveLength(1 + 2 * (4 + 6) * 8);
  const { results, datasets } = JSON.parse(renderJson(study)) as {
    results: unknown[];
    datasets: { verdict: { best: string } }[];
  };
  expect(results).toHaveLength(2 * (4 + 6) * 8);
  expect(textOf(html)).toContain(datasets[0]!.verdict.best);
  expect(renderMarkdown(study)).toContain(datasets[1]!.verdict.best.split(',')[0]);
});
