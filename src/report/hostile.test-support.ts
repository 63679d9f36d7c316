/** A study whose every name tries to become something else. For tests, and for a look in a browser. */
import { datasetFixture, studyFixture } from './study.test-support.ts';
import type { DatasetResults, Study } from './study.ts';

/** Tags, attributes, ends of sections, comments and scripts, a turn of direction, line ends, formulas, links. */
export const HOSTILE_NAMES = [
  '<script>alert("1")</script>\'"&\u202E|=`x`',
  '"><img src=x onerror=alert(1)>',
  ']]></style><svg onload=alert(1)>-->',
  "=cmd|' /C calc'!A0",
  '[link](javascript:alert(1)) https://example.org/\n# heading\n| cell |',
  '\u202Egnp.exe \u2067\u0007 long'.repeat(40),
] as const;

const [TAG, ATTRIBUTE, SECTION, FORMULA, LINK, LONG] = HOSTILE_NAMES;

export function hostileStudy(): Study {
  const dataset = hostile(datasetFixture('phantom', LONG, [TAG, ATTRIBUTE, SECTION]));
  const plain = studyFixture([dataset]);
  return {
    ...plain,
    shared: {
      ...plain.shared!,
      between: [{ sets: [TAG, LONG], counts: { equal: 1, near: 0, turned: 0, names: 0 } }],
      shown: plain.shared!.shown.map((pair) => ({
        ...pair,
        sets: [TAG, LINK],
        images: [ATTRIBUTE, LONG],
        labels: [SECTION, FORMULA],
      })),
    },
    title: TAG,
    transfer: ATTRIBUTE,
    rerun: [TAG, SECTION],
    authorStatements: { license: LINK, intendedUse: ATTRIBUTE },
    provenance: [
      {
        id: TAG,
        stage: LONG,
        fingerprint: TAG,
        code: SECTION,
        params: { [ATTRIBUTE]: TAG, network: SECTION, epochs: LINK, classWeights: TAG },
        reads: [LINK],
        notes: { engine: TAG, epochs: SECTION },
        seconds: 1,
        peakMemoryBytes: null,
        audit: null,
      },
    ],
  };
}

function hostile(plain: DatasetResults): DatasetResults {
  const { evaluation, audit, explanations } = plain;
  const renamed = (model: string) => (model === 'M1' ? FORMULA : model);
  return {
    ...plain,
    name: FORMULA,
    source: `${LINK}${SECTION}.png`,
    split: { ...plain.split!, policy: SECTION },
    pairs: plain.pairs.map((sheet) => ({ ...sheet, start: ATTRIBUTE })),
    preTraining: plain.preTraining.map((run) => ({ ...run, method: SECTION })),
    evaluation: {
      ...evaluation,
      models: evaluation.models.map((each) => ({ ...each, model: renamed(each.model) })),
      differences: evaluation.differences.map((pair) => ({
        ...pair,
        model: renamed(pair.model),
        against: renamed(pair.against),
      })),
      majority: { ...evaluation.majority, class: LINK },
    },
    audit: {
      ...audit!,
      shown: audit!.shown.map((pair) => ({
        ...pair,
        images: [TAG, LONG],
        labels: [SECTION, LINK],
        splits: [TAG, ATTRIBUTE],
      })),
    },
    explanations: explanations.map((each) => ({
      ...each,
      mistakes: each.mistakes.map((mistake) => ({ ...mistake, image: LONG, label: SECTION, predicted: TAG })),
    })),
  };
}
