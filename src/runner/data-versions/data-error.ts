/** A command about versions of data cannot do its task. Nothing was changed. */
export class DataError extends Error {
  readonly findings: readonly string[];
  readonly remedy: string | undefined;

  /** One line for each finding; the remedy is for all of them. */
  constructor(findings: string | readonly string[], remedy?: string) {
    const all = typeof findings === 'string' ? [findings] : findings;
    super(all.join('\n'));
    this.name = 'DataError';
    this.findings = all;
    this.remedy = remedy;
  }
}
