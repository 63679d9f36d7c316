/** `--require-gpu` was asked for and there is none: thrown before anything is started. */
export class MissingGpuError extends Error {
  constructor(executions: number) {
    super(`no GPU was found, and ${executions === 1 ? 'an execution wants' : `${executions} executions want`} one`);
    this.name = 'MissingGpuError';
  }
}
