import { csvParse } from 'd3-dsv';
import { expect, test } from 'vitest';
import { datasetFixture, studyFixture } from './study.test-support.ts';
import type { Study } from './study.ts';
import { renderCsv, renderJson, renderMarkdown } from './tables.ts';

/** One model of one seed whose metrics are not defined. */
function undefinedStudy(): Study {
  const plain = datasetFixture('phantom', 'Phantoms', ['a', 'b']);
  const [model] = plain.evaluation.models;
  const nothing = { mean: null, sd: null, low: null, high: null };
  const test = Object.fromEntries(plain.evaluation.metrics.map((metric) => [metric, nothing]));
  return studyFixture([
    {
      ...plain,
      evaluation: {
        ...plain.evaluation,
        seeds: [0],
        models: [{ ...model!, summary: { ...model!.summary, test } }],
        differences: [],
        contrasts: [],
      },
    },
  ]);
}

test('CSV and JSON hold the same rows, models before pairs', () => {
  const study = studyFixture();
  const { results } = JSON.parse(renderJson(study)) as { results: Record<string, string | number | null>[] };
  const texts = results.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)])),
  );
  expect([...csvParse(renderCsv(study))]).toEqual(texts);
  expect(results.map(({ against }) => against === '').lastIndexOf(true)).toBe(4 * 8 - 1);
});

test('what is not defined is an empty cell, null, and a dash', () => {
  const study = undefinedStudy();
  for (const { mean, sd, low, high } of csvParse(renderCsv(study)))
    expect([mean, sd, low, high]).toEqual(['', '', '', '']);
  expect(renderJson(study)).toContain('"mean": null');
  const markdown = renderMarkdown(study);
  expect(markdown).toContain('– ± – [–, –]');
  expect(markdown).toContain('No model has a balanced accuracy on this test set.');
  expect(markdown).not.toMatch(/null|NaN|undefined/);
});

test('a difference is marked where its interval excludes 0, and only there', () => {
  const study = studyFixture();
  const { evaluation } = study.datasets[0]!;
  const clear = evaluation.contrasts
    .flatMap(({ metrics }) => Object.values(metrics))
    .filter(({ low, high }) => low! > 0 || high! < 0);
  expect(clear.length).toBeGreaterThan(0);
  expect(renderMarkdown(study).match(/\] \*\* \|/g)).toHaveLength(clear.length);
});
