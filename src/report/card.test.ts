import { expect, test } from 'vitest';
import { renderCard } from './card.ts';
import { datasetFixture, studyFixture } from './study.test-support.ts';
import type { DatasetResults } from './study.ts';

const plain = datasetFixture('phantom', 'Phantoms', ['a', 'b']);
const cardOf = (dataset: Partial<DatasetResults>) => renderCard(studyFixture([{ ...plain, ...dataset }]));
const withLeaks = (duplicates: number | null): Partial<DatasetResults> => ({
  evaluation: { ...plain.evaluation, leaks: { images: 78, leaks: 5, duplicates } },
});

test('what makes results too good stands among the limits, and only where it is so', () => {
  expect(cardOf(withLeaks(3))).toContain('- Phantoms: 3 of 78 test images (4 %) equal a training image.');
  for (const duplicates of [0, null]) expect(cardOf(withLeaks(duplicates))).not.toContain('equal a training image');
  expect(cardOf({ split: { ...plain.split!, groupOverlap: 12 } })).toContain(
    '- Phantoms: 12 groups on two sides of the split.',
  );
  expect(cardOf({})).not.toContain('on two sides of the split.');
  expect(cardOf({ audit: null })).toContain('- Phantoms: no search for duplicates and leaks was made.');
});

test('what only the authors can say is theirs or marked as not said', () => {
  const card = renderCard({ ...studyFixture(), authorStatements: { intendedUse: 'Teaching.' } });
  expect(card).toContain('## Intended use\n\nTeaching.');
  expect(card).toContain('## Ethics\n\n*Not stated by the authors.*');
});

test('without a lineage network and engine are called not recorded', () => {
  const card = renderCard({ ...studyFixture(), provenance: [] });
  expect(card).toContain('- Network: not recorded');
  expect(card).toContain('- Trained with: not recorded');
});

test('each start with weights has its license, or is marked as having none', () => {
  const [model] = plain.evaluation.models;
  const starts = ['random', 'ImageNet', 'RadImageNet'];
  const models = starts.map((start) => ({ ...model!, model: start, start }));
  const study = {
    ...studyFixture([{ ...plain, evaluation: { ...plain.evaluation, models } }]),
    licenses: { imagenet: 'BSD-3-Clause' },
  };
  expect(renderCard(study)).toContain('- ImageNet: BSD-3-Clause\n- RadImageNet: *not stated*\n\n## Contact');
});
