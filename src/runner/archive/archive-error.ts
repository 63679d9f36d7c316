/** An archive that cannot be made or cannot be trusted. Nothing of it has become visible. */
export class ArchiveError extends Error {
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'ArchiveError';
    this.remedy = remedy;
  }
}
