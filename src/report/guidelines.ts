/** The items of four reporting guidelines, by the numbers that they have there. */

/** CLAIM, 2024 update (10.1148/ryai.240300): 44 items. */
export const CLAIM = Array.from({ length: 44 }, (_, i) => i + 1);

/** TRIPOD+AI (10.1136/bmj-2023-078378): 27 items, 52 with their parts. */
export const TRIPOD = [
  '1',
  '2',
  '3a',
  '3b',
  '3c',
  '4',
  '5a',
  '5b',
  '6a',
  '6b',
  '6c',
  '7',
  '8a',
  '8b',
  '8c',
  '9a',
  '9b',
  '9c',
  '10',
  '11',
  '12a',
  '12b',
  '12c',
  '12d',
  '12e',
  '12f',
  '12g',
  '13',
  '14',
  '15',
  '16',
  '17',
  '18a',
  '18b',
  '18c',
  '18d',
  '18e',
  '18f',
  '19',
  '20a',
  '20b',
  '20c',
  '21',
  '22',
  '23a',
  '23b',
  '24',
  '25',
  '26',
  '27a',
  '27b',
  '27c',
] as const;

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

/** STARD-AI (10.1038/s41591-025-03953-8, table 2): 40 items, 48 with their parts. */
export const STARD: readonly string[] = [
  ...numbers(1, 14),
  ...['15a', '15b', '15c', '15d', '16a', '16b', '16c', '17a', '17b'],
  ...numbers(18, 25),
  ...['26a', '26b'],
  ...numbers(27, 39),
  ...['40a', '40b'],
];

/** METRICS, for radiomics and deep learning on images (10.1186/s13244-023-01572-w): 30 items. */
export const METRICS = Array.from({ length: 30 }, (_, i) => i + 1);

/** An item that some of the guidelines ask for, in our words. */
export interface Asked {
  readonly subject: string;
  readonly claim: readonly number[];
  readonly tripod: readonly (typeof TRIPOD)[number][];
  readonly stard: readonly string[];
  readonly metrics: readonly number[];
}

/** Nothing in a run answers these. */
export const LEFT_TO_THE_MANUSCRIPT: readonly Asked[] = [
  { subject: 'title and abstract', claim: [1, 2], tripod: ['1', '2'], stard: ['1', '2'], metrics: [] },
  {
    subject: 'background, earlier models, known inequalities in health',
    claim: [],
    tripod: ['3a', '3c'],
    stard: [],
    metrics: [],
  },
  { subject: 'prospective or retrospective, and the goal', claim: [5, 6], tripod: [], stard: ['5'], metrics: [] },
  { subject: 'why these of the data', claim: [10], tripod: [], stard: ['28'], metrics: [5] },
  { subject: 'de-identification', claim: [11], tripod: [], stard: [], metrics: [] },
  { subject: 'how and when the images were taken', claim: [13], tripod: ['9a', '9b', '9c'], stard: [], metrics: [6] },
  { subject: 'treatments', claim: [], tripod: ['6c'], stard: [], metrics: [] },
  { subject: 'protocol and registration', claim: [34], tripod: ['18c', '18d'], stard: ['36', '37'], metrics: [] },
  { subject: 'conflicts of interest', claim: [], tripod: ['18b'], stard: ['39'], metrics: [] },
  { subject: 'involvement of patients and the public', claim: [], tripod: ['19'], stard: [], metrics: [] },
  {
    subject: 'interpretation, and what it means for practice',
    claim: [41],
    tripod: ['25'],
    stard: ['34'],
    metrics: [],
  },
  { subject: 'use in care, and what comes next', claim: [], tripod: ['27a', '27b', '27c'], stard: [], metrics: [] },
  {
    subject: 'interval and treatments between image and reference standard',
    claim: [],
    tripod: [],
    stard: ['27'],
    metrics: [7],
  },
  {
    subject: 'cut-offs, and how indeterminate results were handled',
    claim: [],
    tripod: [],
    stard: ['15c', '19'],
    metrics: [],
  },
  {
    subject: 'clinical information that readers of the images had',
    claim: [],
    tripod: [],
    stard: ['17a'],
    metrics: [],
  },
  { subject: 'adverse events', claim: [], tripod: [], stard: ['32'], metrics: [] },
  { subject: 'ethical considerations of the use, and fairness', claim: [], tripod: [], stard: ['35'], metrics: [] },
  { subject: 'adherence to checklists', claim: [], tripod: [], stard: [], metrics: [1] },
  { subject: 'segmentation of regions, where there is any', claim: [], tripod: [], stard: [], metrics: [8, 9, 10] },
  {
    subject: 'hand-made features, where there are any',
    claim: [],
    tripod: [],
    stard: [],
    metrics: [12, 13, 14, 15, 16],
  },
  { subject: 'confounding factors', claim: [], tripod: [], stard: [], metrics: [19] },
  { subject: 'why one kind of imaging is enough', claim: [], tripod: [], stard: [], metrics: [23] },
  {
    subject: 'comparison with tests without images, and with simple models',
    claim: [],
    tripod: [],
    stard: [],
    metrics: [24, 25],
  },
];
