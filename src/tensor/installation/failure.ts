/** The reason why an engine cannot be added, and the remedy. */
export class InstallationError extends Error {
  override readonly name = 'InstallationError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The last lines of a program's output before it failed, or the reason why it could not be started. */
export function lastWords(
  { all, shortMessage }: { readonly all?: string | undefined; readonly shortMessage?: string | undefined },
  lines: number,
): string {
  const said = all?.trim() ?? '';
  return (said === '' ? (shortMessage ?? '') : said).split('\n').slice(-lines).join('\n  ');
}
