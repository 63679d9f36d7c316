/** The items of two reporting guidelines, by the numbers that they have there. */

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

/** An item that both guidelines ask for, in our words. */
export interface Asked {
  readonly subject: string;
  readonly claim: readonly number[];
  readonly tripod: readonly (typeof TRIPOD)[number][];
}

/** Nothing in a run answers these. */
export const LEFT_TO_THE_MANUSCRIPT: readonly Asked[] = [
  { subject: 'title and abstract', claim: [1, 2], tripod: ['1', '2'] },
  { subject: 'background, earlier models, known inequalities in health', claim: [], tripod: ['3a', '3c'] },
  { subject: 'prospective or retrospective, and the goal', claim: [5, 6], tripod: [] },
  { subject: 'why these of the data', claim: [10], tripod: [] },
  { subject: 'de-identification', claim: [11], tripod: [] },
  { subject: 'how and when the images were taken', claim: [13], tripod: ['9a', '9b', '9c'] },
  { subject: 'treatments', claim: [], tripod: ['6c'] },
  { subject: 'protocol and registration', claim: [34], tripod: ['18c', '18d'] },
  { subject: 'conflicts of interest', claim: [], tripod: ['18b'] },
  { subject: 'involvement of patients and the public', claim: [], tripod: ['19'] },
  { subject: 'interpretation, and what it means for practice', claim: [41], tripod: ['25'] },
  { subject: 'use in care, and what comes next', claim: [], tripod: ['27a', '27b', '27c'] },
];
