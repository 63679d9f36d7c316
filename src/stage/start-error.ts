/** A stage that cannot start with the inputs, parameters or outputs of the pipeline file. */
export class StageStartError extends Error {
  override name = 'StageStartError';
  readonly isExpected = true;

  constructor(
    id: string,
    faults: readonly { readonly message: string; readonly suggestion?: string; readonly remedy?: string }[],
  ) {
    const lines = faults.map(({ message, suggestion, remedy }) => {
      if (suggestion !== undefined) return `  - ${message}; did you mean "${suggestion}"?`;
      return remedy === undefined ? `  - ${message}` : `  - ${message}. ${remedy}`;
    });
    super(`${id} cannot start as the pipeline file declares it:\n${lines.join('\n')}`);
  }
}
