import { expect, test } from 'vitest';
import { studyFixture } from './fixture.ts';
import { renderHtml, renderMarkdown } from './index.ts';
import { seenBefore } from './seen-before.ts';

test.each([
  [{ images: 66, leaks: 3, copies: 3 }, '3 of the 66 test images are equal to an image that was trained on: all scores may be too good.'],
  [{ images: 66, leaks: 1, copies: 1 }, '1 of the 66 test images is equal to an image that was trained on: all scores may be too good.'],
  [{ images: 66, leaks: 5, copies: 3 }, '5 of the 66 test images are of a group that was trained on, or equal to an image that was: all scores may be too good.'],
  [{ images: 66, leaks: 0, copies: null }, undefined],
])('of %j it is said', (leaks, sentence) => {
  expect(seenBefore(leaks)).toBe(sentence);
});

test('it stands with the answer, on the page and in Markdown, and only where there is something to say', () => {
  const study = studyFixture();
  const [dataset] = study.datasets;
  const clean = { ...study, datasets: [{ ...dataset!, evaluation: { ...dataset!.evaluation, leaks: { images: 78, leaks: 0, copies: 0 } } }] };
  for (const render of [renderHtml, renderMarkdown]) {
    expect(render(study)).toContain(seenBefore(dataset!.evaluation.leaks));
    expect(render(clean)).not.toContain('may be too good');
  }
  const page = renderHtml(study);
  expect(page.indexOf('may be too good')).toBeLessThan(page.indexOf('id="setting"'));
});
