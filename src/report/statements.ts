/** The statements that only the authors can make. The exports mark missing statements. */

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
