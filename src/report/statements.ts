/** What no pipeline can know and only the authors can say; the exports mark what they have not said. */

export const SUBJECTS = [
  'intendedUse',
  'outOfScope',
  'population',
  'referenceStandard',
  'sampleSize',
  'ethics',
  'licence',
  'limitations',
  'funding',
  'contact',
] as const;
export type Subject = (typeof SUBJECTS)[number];

export type Statements = Readonly<Partial<Record<Subject, string>>>;
