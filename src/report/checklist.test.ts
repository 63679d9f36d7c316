import { expect, test } from 'vitest';
import { CHECKLIST } from './checklist-items.ts';
import { renderChecklist } from './checklist.ts';
import { studyFixture } from './study.test-support.ts';
import { CLAIM, LEFT_TO_THE_MANUSCRIPT, METRICS, STARD, TRIPOD } from './guidelines.ts';
import { STATEMENT_SUBJECTS } from './author-statements.ts';
import type { Study } from './study.ts';

/** As few things as a study may have. */
function bare(): Study {
  const [dataset] = studyFixture().datasets;
  const { evaluation } = dataset!;
  return {
    ...studyFixture([
      {
        ...dataset!,
        split: null,
        audit: null,
        explanations: [],
        pairs: [],
        fineTuning: [],
        preTraining: [],
        evaluation: { ...evaluation, probes: [], labelFractions: [], leaky: [] },
      },
    ]),
    provenance: [],
    shared: null,
    authorStatements: {},
  };
}

const rows = (study: Study) =>
  renderChecklist(study)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split(/ ?(?<!\\)\| ?/).slice(1, -1));

test('every item is answered or counted as missing, and the counts add up', () => {
  for (const study of [studyFixture(), bare()]) {
    const [, items, ...counts] =
      /(\d+) items: (\d+) answered by the report, (\d+) stated by the authors, (\d+) not done, (\d+) missing/
        .exec(renderChecklist(study))!
        .map(Number);
    expect(counts.reduce((a, b) => a + b)).toBe(items);
    const states = rows(study)
      .filter(([subject]) => !subject!.startsWith('---'))
      .map(([, , , , , state]) => state);
    expect(states).toHaveLength(items!);
    expect(counts).toEqual(
      ['in the report', 'stated by the authors', 'not done', 'MISSING'].map(
        (state) => states.filter((each) => each === state).length,
      ),
    );
  }
});

test('what the authors say turns missing into stated, and only that', () => {
  const stated = {
    ...bare(),
    authorStatements: Object.fromEntries(STATEMENT_SUBJECTS.map((subject) => [subject, `about ${subject}`])),
  };
  expect(renderChecklist(bare())).toContain('set `authorStatements.ethics` of the report stage');
  expect(renderChecklist(stated)).toContain(' 0 missing');
  expect(rows(stated).filter(([, , , , , state]) => state === 'in the report')).toEqual(
    rows(bare()).filter(([, , , , , state]) => state === 'in the report'),
  );
});

test('a bare study claims no lineage, no split and no explanation', () => {
  for (const reason of [
    'the report was not given the summary of the split',
    'no lineage was recorded',
    'this pipeline does not explain',
    'no other budget or share of labels was tried',
  ])
    expect(renderChecklist(bare())).toContain(reason);
});

test('every item of the guidelines is answered here or left to the manuscript, and none is both', () => {
  const here = {
    claim: new Set(CHECKLIST.flatMap(({ claim }) => claim)),
    tripod: new Set(CHECKLIST.flatMap(({ tripod }) => tripod)),
    stard: new Set(CHECKLIST.flatMap(({ stard }) => stard)),
    metrics: new Set(CHECKLIST.flatMap(({ metrics }) => metrics)),
  };
  const left = {
    claim: LEFT_TO_THE_MANUSCRIPT.flatMap(({ claim }) => claim),
    tripod: LEFT_TO_THE_MANUSCRIPT.flatMap(({ tripod }) => tripod),
    stard: LEFT_TO_THE_MANUSCRIPT.flatMap(({ stard }) => stard),
    metrics: LEFT_TO_THE_MANUSCRIPT.flatMap(({ metrics }) => metrics),
  };
  expect([...here.claim, ...left.claim].sort((a, b) => a - b)).toEqual(CLAIM);
  expect([...here.tripod, ...left.tripod].sort((a, b) => TRIPOD.indexOf(a) - TRIPOD.indexOf(b))).toEqual(TRIPOD);
  expect([...here.stard, ...left.stard].sort((a, b) => STARD.indexOf(a) - STARD.indexOf(b))).toEqual(STARD);
  expect([...here.metrics, ...left.metrics].sort((a, b) => a - b)).toEqual(METRICS);
  expect([STARD.length, METRICS.length]).toEqual([48, 30]);
  expect(renderChecklist(bare())).toContain(
    'how and when the images were taken (CLAIM 13; TRIPOD+AI 9a, 9b, 9c; METRICS 6); treatments (TRIPOD+AI 6c)',
  );
});
