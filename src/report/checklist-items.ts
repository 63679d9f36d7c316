/** The items that a study can answer, or its authors, and how each is answered. */
import { hasConfusion } from './confusable.ts';
import { listed, whole } from './format.ts';
import type { Asked } from './guidelines.ts';
import { metricWords } from './metric.ts';
import { settingsOf } from './settings.ts';
import type { StatementSubject } from './author-statements.ts';
import type { DatasetResults, Study } from './study.ts';
import { present } from '../util/known.ts';

export type ItemAnswer =
  /** `section`: of the page. */
  | { readonly state: 'evidence'; readonly section: string; readonly text: string }
  | { readonly state: 'stated'; readonly text: string }
  | { readonly state: 'none'; readonly why: string }
  | { readonly state: 'missing'; readonly subject: StatementSubject };

interface Item extends Asked {
  readonly answer: (study: Study) => ItemAnswer;
}

const evidence = (section: string, text: string): ItemAnswer => ({ state: 'evidence', section, text });
const none = (why: string): ItemAnswer => ({ state: 'none', why });
const stated =
  (subject: StatementSubject) =>
  ({ authorStatements }: Study): ItemAnswer => {
    const text = authorStatements[subject];
    return text === undefined ? { state: 'missing', subject } : { state: 'stated', text };
  };
const over = (datasets: readonly DatasetResults[], of: (dataset: DatasetResults) => string) =>
  listed([...new Set(datasets.map(of))]);
/** Evidence where every data set has it, otherwise the reason. */
const where =
  (has: (dataset: DatasetResults) => boolean, section: string, text: string, why: string) =>
  ({ datasets }: Study): ItemAnswer =>
    datasets.every(has) ? evidence(section, text) : none(why);

export const CHECKLIST: readonly Item[] = [
  {
    subject: 'Intended use and role of the model',
    claim: [3],
    tripod: ['3b'],
    stard: ['3', '15d'],
    metrics: [],
    answer: stated('intendedUse'),
  },
  {
    subject: 'Objective of the study',
    claim: [4],
    tripod: ['4'],
    stard: ['4'],
    metrics: [],
    answer: ({ title }) => evidence('setting', `${title} Four starts compared, fine-tuned in the same way.`),
  },
  {
    subject: 'Data sources',
    claim: [7],
    tripod: ['5a'],
    stard: ['11'],
    metrics: [],
    answer: ({ datasets }) =>
      evidence(
        'setting',
        over(datasets, ({ source }) => source),
      ),
  },
  {
    subject: 'Who is included: setting, eligibility, dates',
    claim: [8],
    tripod: ['5b', '6a', '6b'],
    stard: ['7', '8', '9', '10'],
    metrics: [2],
    answer: stated('population'),
  },
  {
    subject: 'Preprocessing of images',
    claim: [9],
    tripod: ['7', '12b'],
    stard: ['14'],
    metrics: [11],
    answer: ({ datasets }) =>
      evidence(
        'setting',
        `RGB at ${over(datasets, ({ size }) => `${size} × ${size}`)}; augmentation as the parameters name it`,
      ),
  },
  {
    subject: 'Missing and unreadable data',
    claim: [12],
    tripod: ['11'],
    stard: ['20'],
    metrics: [],
    answer: ({ datasets }) =>
      evidence(
        'setting',
        `${whole(datasets.reduce((sum, { dropped }) => sum + dropped, 0))} files dropped as unreadable`,
      ),
  },
  {
    subject: 'Reference standard: definition, who labeled, blind to what, agreement',
    claim: [14, 15, 16, 17, 18],
    tripod: ['8a', '8b', '8c'],
    stard: ['12', '16a', '16b', '16c', '17b'],
    metrics: [3],
    answer: stated('referenceStandard'),
  },
  {
    subject: 'How data were assigned to parts',
    claim: [19],
    tripod: ['12a'],
    stard: ['15b'],
    metrics: [18],
    answer: where(
      ({ split }) => split !== null,
      'setting',
      'policy, seed, images of each class in each part',
      'the report was not given the summary of the split',
    ),
  },
  {
    subject: 'Level at which parts are disjoint',
    claim: [20],
    tripod: ['12a'],
    stard: ['15b'],
    metrics: [18],
    answer: disjoint,
  },
  {
    subject: 'Sample size and its reason',
    claim: [21],
    tripod: ['10'],
    stard: ['22'],
    metrics: [],
    answer: stated('sampleSize'),
  },
  {
    subject: 'Model: architecture and output',
    claim: [22],
    tripod: ['12c', '12g', '15'],
    stard: ['15a'],
    metrics: [],
    answer: ({ provenance }) => network(settingsOf(provenance).networks),
  },
  {
    subject: 'Software and versions',
    claim: [23],
    tripod: [],
    stard: ['13'],
    metrics: [],
    answer: ({ provenance }) =>
      provenance.length === 0
        ? none('no lineage was recorded')
        : evidence('provenance', 'engine and code digest of every execution'),
  },
  {
    subject: 'Initialisation',
    claim: [24],
    tripod: ['12c'],
    stard: [],
    metrics: [],
    answer: ({ transfer }) =>
      evidence('setting', `random, or ${transfer}, each without and with self-supervision: the subject of the study`),
  },
  {
    subject: 'Training: augmentation, hyperparameters, number of models',
    claim: [25],
    tripod: ['12c'],
    stard: ['15a'],
    metrics: [],
    answer: ({ provenance }) =>
      provenance.length === 0
        ? none('no lineage was recorded')
        : evidence('provenance', 'parameters of every execution'),
  },
  {
    subject: 'How the final model was selected',
    claim: [26],
    tripod: ['12c'],
    stard: [],
    metrics: [],
    answer: () => evidence('setting', 'the last epoch; settings by validation log loss; test images choose nothing'),
  },
  {
    subject: 'Ensembling',
    claim: [27],
    tripod: [],
    stard: [],
    metrics: [],
    answer: () => none('no ensembles: seeds are averaged as results, not as predictions'),
  },
  {
    subject: 'Class imbalance',
    claim: [],
    tripod: ['13'],
    stard: [],
    metrics: [],
    answer: ({ provenance }) => imbalance(provenance),
  },
  {
    subject: 'Performance measures and their reason',
    claim: [28],
    tripod: ['12e'],
    stard: ['18'],
    metrics: [20],
    answer: ({ metric, datasets }) =>
      evidence(
        'results',
        `${metricWords(metric).name} decides; ` +
          `${listed([...new Set(datasets.flatMap(({ evaluation }) => evaluation.metrics))].map((name) => metricWords(name).name))} ` +
          'are shown',
      ),
  },
  {
    subject: 'Uncertainty of the results',
    claim: [29],
    tripod: ['23a'],
    stard: ['18'],
    metrics: [21],
    answer: ({ datasets }) =>
      evidence(
        'answer',
        over(
          datasets,
          ({ evaluation: { bootstrap, seeds } }) =>
            `paired bootstrap over groups and seeds, ${whole(bootstrap.resamples)} rounds, ${seeds.length} seeds`,
        ),
      ),
  },
  {
    subject: 'Robustness: other data, other budgets',
    claim: [30],
    tripod: [],
    stard: ['21'],
    metrics: [17],
    answer: ({ datasets }) =>
      datasets.some(({ evaluation }) => evaluation.labelFractions.length > 0)
        ? evidence('labels', 'fewer labels')
        : none('no other budget or share of labels was tried'),
  },
  {
    subject: 'Explanation of decisions',
    claim: [31],
    tripod: [],
    stard: [],
    metrics: [],
    answer: ({ datasets }) =>
      datasets.some(({ explanations }) => explanations.length > 0)
        ? evidence('confusion', 'Grad-CAM of the most confident mistakes')
        : none('this pipeline does not explain'),
  },
  {
    subject: 'Test on data of the same source',
    claim: [32],
    tripod: ['12a'],
    stard: [],
    metrics: [26],
    answer: ({ datasets }) =>
      evidence(
        'results',
        over(datasets, ({ evaluation }) => `${whole(evaluation.counts.test.images)} held-out images`),
      ),
  },
  {
    subject: 'Test on data from elsewhere',
    claim: [33],
    tripod: ['16'],
    stard: ['29'],
    metrics: [27],
    answer: () => none('no external test set'),
  },
  {
    subject: 'Numbers included and excluded',
    claim: [35],
    tripod: ['20a', '21'],
    stard: ['24'],
    metrics: [],
    answer: ({ datasets }) =>
      evidence(
        'setting',
        over(
          datasets,
          ({ images, dropped, split }) =>
            `${whole(images)} images, ${whole(dropped)} ` +
            `dropped${split === null ? '' : `, ${whole(split.unused)} left out by the split`}`,
        ),
      ),
  },
  {
    subject: 'Demographic and clinical characteristics by part',
    claim: [36],
    tripod: ['20b', '20c'],
    stard: ['25', '26a', '26b'],
    metrics: [],
    answer: () => none('no demographic columns are read'),
  },
  {
    subject: 'Performance with uncertainty',
    claim: [37, 38],
    tripod: ['23a'],
    stard: ['31'],
    metrics: [21],
    answer: () => evidence('results', 'every metric with spread and interval'),
  },
  {
    subject: 'Calibration and recalibration',
    claim: [],
    tripod: ['12e', '12f', '24'],
    stard: [],
    metrics: [22],
    answer: () =>
      evidence('calibration', 'reliability diagrams and calibration error, before and after temperature scaling'),
  },
  {
    subject: 'Failure analysis',
    claim: [39],
    tripod: [],
    stard: ['30'],
    metrics: [],
    answer: ({ datasets }) =>
      datasets.some(hasConfusion)
        ? evidence('confusion', 'confusion matrices; mistakes with pictures if the pipeline has an explain stage')
        : evidence('results', 'precision, recall and AUC of each finding'),
  },
  {
    subject: 'Fairness between groups of people',
    claim: [],
    tripod: ['14'],
    stard: ['23'],
    metrics: [],
    answer: () => none('no demographic columns are read'),
  },
  {
    subject: 'Differences between hospitals, cameras or other clusters',
    claim: [],
    tripod: ['12d', '23b'],
    stard: [],
    metrics: [4],
    answer: () => none('no such column is read'),
  },
  { subject: 'Limitations', claim: [40], tripod: ['26'], stard: ['33'], metrics: [], answer: stated('limitations') },
  {
    subject: 'Code and full settings',
    claim: [42, 43],
    tripod: ['18f'],
    stard: ['40a', '40b'],
    metrics: [29],
    answer: () => evidence('provenance', 'commands, fingerprints and parameters of every execution'),
  },
  {
    subject: 'Ethics approval and consent',
    claim: [],
    tripod: ['17'],
    stard: ['6'],
    metrics: [],
    answer: stated('ethics'),
  },
  {
    subject: 'Conditions of use of data and weights',
    claim: [43],
    tripod: ['18e', '22'],
    stard: ['40a'],
    metrics: [28, 30],
    answer: stated('license'),
  },
  { subject: 'Funding', claim: [44], tripod: ['18a'], stard: ['38'], metrics: [], answer: stated('funding') },
];

function disjoint({ datasets }: Study): ItemAnswer {
  if (datasets.some(({ split }) => split === null)) return none('the report was not given the summary of the split');
  return evidence(
    'setting',
    'groups (lesion, patient, or the image itself) on two sides: ' +
      `${over(datasets, ({ split }) => whole(present(split, 'split').groupOverlap))}, counted from the split`,
  );
}

function network(networks: readonly string[]): ItemAnswer {
  return networks.length === 0
    ? none('no lineage was recorded')
    : evidence('setting', `${listed(networks)}, one probability for each class`);
}

function imbalance(provenance: Study['provenance']): ItemAnswer {
  const weights = [
    ...new Set(
      provenance.flatMap(({ params }) => (typeof params.classWeights === 'string' ? [params.classWeights] : [])),
    ),
  ];
  return weights.length === 0
    ? none('class weights were not recorded')
    : evidence('setting', `class weights: ${listed(weights)}; balanced accuracy and macro F1 weigh classes alike`);
}
