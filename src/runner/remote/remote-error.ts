/** A remote cannot do its task. */
export class RemoteError extends Error {
  readonly remedy: string | undefined;
  /** Another attempt may succeed: the connection was lost, or the server is busy. */
  readonly isTransient: boolean;

  constructor(message: string, { remedy, transient = false }: { remedy?: string; transient?: boolean } = {}) {
    super(message);
    this.name = 'RemoteError';
    this.remedy = remedy;
    this.isTransient = transient;
  }
}
