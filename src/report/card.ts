/** A model card (after Mitchell et al. 2019): purpose, training data and quality of the networks of this study. */
import { SUBSETS } from '../formats/subset.ts';
import { caveatsOf } from './caveat.ts';
import { fixed, signed, whole } from './format.ts';
import { inert, table } from './markdown.ts';
import { metricWords } from './metric.ts';
import { fullName, modelWords } from './model.ts';
import { excessConfidence } from './overconfidence.ts';
import { settingsOf } from './settings.ts';
import { stageCosts } from './stage-costs.ts';
import type { StatementSubject } from './author-statements.ts';
import { type DatasetResults, type Study } from './study.ts';
import { verdictOf } from './verdict.ts';
import { at, field } from '../util/known.ts';

export function renderCard(study: Study): string {
  const { title, datasets } = study;
  const blocks = [
    `# Model card: ${inert(title)}`,
    'Written from the results by Pretext. Missing statements of the authors are marked.',
    '## Models',
    modelsText(study),
    '## Intended use',
    stated(study, 'intendedUse'),
    'A good result here is a good result on images of these sources. The network is no medical device. The ' +
      'results do not apply to patients, cameras or hospitals that are not in the data.',
    '## Out of scope',
    stated(study, 'outOfScope'),
    '## Data',
    ...datasets.map(dataText),
    `People in the images: ${stated(study, 'population')}`,
    `Reference standard of the labels: ${stated(study, 'referenceStandard')}`,
    '## Results',
    ...datasets.flatMap((dataset) => resultsText(dataset, study)),
    '## Limits',
    limits(study),
    stated(study, 'limitations'),
    '## Ethics',
    stated(study, 'ethics'),
    '## License',
    stated(study, 'license'),
    'Weights carry the licenses of their training data: those of the images of each data set, and those of the ' +
      'weights before training.',
    startLicenses(study),
    '## Contact',
    stated(study, 'contact'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** A line for each start that has weights. */
function startLicenses({ datasets, licenses }: Study): string {
  const starts = new Set(datasets.flatMap(({ evaluation: { models } }) => models.map(({ start }) => start)));
  return [...starts]
    .filter((start) => start !== 'random')
    .map((start) => {
      const [, license] = Object.entries(licenses).find(([name]) => isSameStart(name, start)) ?? [];
      return `- ${inert(start)}: ${license === undefined ? '*not stated*' : inert(license)}`;
    })
    .join('\n');
}

/** The report spells the transfer start in its own way. */
const isSameStart = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function stated({ authorStatements }: Study, subject: StatementSubject): string {
  const text = authorStatements[subject];
  return text === undefined ? '*Not stated by the authors.*' : inert(text);
}

function modelsText({ datasets, provenance }: Study): string {
  const names = datasets.flatMap(({ evaluation: { models } }) =>
    models.map(({ model }) => fullName(modelWords(model, models))),
  );
  const { networks } = settingsOf(provenance);
  const engines = [...new Set(stageCosts(provenance).flatMap((cost) => cost.engines))];
  return [
    `- Network: ${inert(networks.join(', ') || 'not recorded')}`,
    ...[...new Set(names)].map((name) => `- ${inert(name)}`),
    `- Trained with: ${inert(engines.join(', ') || 'not recorded')}`,
  ].join('\n');
}

function dataText({ title, source, images, groups, size, dropped, split, evaluation }: DatasetResults): string {
  const { classes, counts } = evaluation;
  const facts = [
    `${whole(images)} images of ${whole(groups)} groups at ${size} × ${size}`,
    ...(dropped > 0 ? [`${whole(dropped)} files dropped as unreadable`] : []),
    ...(split === null
      ? []
      : [`split: ${inert(split.policy)} (seed ${split.seed}); groups on two sides: ${split.groupOverlap}`]),
  ];
  return [
    `### ${inert(title)}`,
    `Source: ${inert(source)}.`,
    `${facts.join('; ')}.`,
    table(
      ['part', 'images', 'groups', ...classes.map(inert)],
      SUBSETS.map((part) => [
        part,
        whole(counts[part].images),
        whole(counts[part].groups),
        ...counts[part].byClass.map(whole),
      ]),
    ),
  ].join('\n\n');
}

function resultsText(dataset: DatasetResults, { metric }: Study): string[] {
  const { evaluation, title } = dataset;
  const verdict = verdictOf(dataset, metric);
  const words = evaluation.metrics.map(metricWords);
  const rows = evaluation.models.map(({ model, summary, calibration }) => [
    inert(fullName(modelWords(model, evaluation.models))),
    ...evaluation.metrics.map((name, i) => {
      const { mean, low, high } = field(summary.test, name);
      return `${fixed(mean, at(words, i).digits)} [${fixed(low, at(words, i).digits)}, ${fixed(high, at(words, i).digits)}]`;
    }),
    signed(excessConfidence(calibration), 3),
  ]);
  return [
    `### ${inert(title)}`,
    [inert(verdict.best), inert(verdict.effect)].filter((sentence) => sentence !== '').join(' '),
    table(['model', ...words.map(({ short }) => short), 'confidence − accuracy'], rows),
    `Test part, mean over ${evaluation.seeds.length} seeds with the ` +
      `${Math.round(100 * evaluation.bootstrap.level)} % interval of a paired bootstrap over groups and seeds.`,
  ];
}

function limits({ datasets, provenance }: Study): string {
  return [
    '- Tested on a held-out part of the same source, not on images from elsewhere.',
    '- No results by age, sex, skin type or device: the data sets lack these facts, or this pipeline does not ' +
      'read them.',
    '- Seeds differ in the start and the order of training, not in the split; the interval does not include the ' +
      'effect of another split.',
    ...datasets.flatMap((dataset) =>
      caveatsOf(dataset, provenance).map((caveat) => `- ${inert(dataset.title)}: ${inert(caveat)}`),
    ),
    ...datasets
      .filter(({ audit }) => audit === null)
      .map(({ title }) => `- ${inert(title)}: no search for duplicates and leaks was made.`),
  ].join('\n');
}
