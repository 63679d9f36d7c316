/** An MLflow server cannot be used, or refuses what it is sent. */
export class MlflowError extends Error {
  readonly remedy: string | undefined;
  /** The status of the answer; undefined: there was none. */
  readonly status: number | undefined;

  constructor(message: string, { remedy, status }: { remedy?: string; status?: number } = {}) {
    super(message);
    this.name = 'MlflowError';
    this.remedy = remedy;
    this.status = status;
  }
}
