import type { Leaks } from '../formats/evaluation.ts';
import { expect, test } from 'vitest';
import { caveatsOf } from './caveat.ts';
import { datasetFixture, studyFixture } from './study.test-support.ts';
import { renderCard, renderHtml, renderJson, renderMarkdown } from './index.ts';
import type { DatasetResults } from './study.ts';

const plain = datasetFixture('phantom', 'Phantoms', ['a', 'b']);
const withLeaks = (leaks: Leaks): DatasetResults => ({ ...plain, evaluation: { ...plain.evaluation, leaks } });

test('nothing is said against results that nothing is known against', () => {
  expect(caveatsOf(withLeaks({ images: 118, leaks: 0, duplicates: 0 }), [])).toEqual([]);
});

test('equal images and relatives are counted apart, each with its share', () => {
  const [duplicates, related, ...more] = caveatsOf(withLeaks({ images: 118, leaks: 20, duplicates: 16 }), []);
  expect(duplicates).toMatch(/^16 of 118 test images \(14 %\) equal a training image\./);
  expect(related).toMatch(/^4 of 118 test images \(3 %\) come from a group/);
  expect(more).toEqual([]);
});

test('that nobody looked for equal images is said, and is not "none"', () => {
  expect(caveatsOf(withLeaks({ images: 118, leaks: 0, duplicates: null }), [])).toEqual([
    'No search for test images equal to training images was made.',
  ]);
});

test('a set that names no patients cannot show that it keeps them apart', () => {
  const clean = withLeaks({ images: 118, leaks: 0, duplicates: 0 });
  expect(caveatsOf({ ...clean, groups: clean.images }, [])).toEqual([
    expect.stringMatching(/^Every image counts as a group of its own/),
  ]);
});

test('one training of each model says so', () => {
  const once = withLeaks({ images: 118, leaks: 0, duplicates: 0 });
  expect(caveatsOf({ ...once, evaluation: { ...once.evaluation, seeds: [0] } }, [])[0]).toContain('trained once');
});

test('the warning stands in the answer, before its picture, and in every other form that gives the answer', () => {
  const study = studyFixture([withLeaks({ images: 118, leaks: 16, duplicates: 16 })]);
  const warning = '16 of 118 test images (14 %) equal a training image.';
  const html = renderHtml(study);
  expect(html.indexOf(warning)).toBeGreaterThan(html.indexOf('id="answer"'));
  expect(html.indexOf(warning)).toBeLessThan(html.indexOf('<figure'));
  expect(html.indexOf(warning)).toBeLessThan(html.indexOf('id="setting"'));
  // CSV is the only form without text.
  for (const form of [renderMarkdown(study), renderCard(study), renderJson(study)]) expect(form).toContain(warning);
});
