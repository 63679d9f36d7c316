/** The statements that only the authors can make. The exports mark missing statements. */

export const STATEMENT_SUBJECTS = [
  'intendedUse',
  'outOfScope',
  'population',
  'referenceStandard',
  'sampleSize',
  'ethics',
  'license',
  'limitations',
  'funding',
  'contact',
] as const;
export type StatementSubject = (typeof STATEMENT_SUBJECTS)[number];

export type AuthorStatements = Readonly<Partial<Record<StatementSubject, string>>>;
