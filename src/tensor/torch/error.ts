/** A file that torch.save did not write, that was truncated or changed, or that has unsupported content. */
export class TorchFileError extends Error {
  override readonly name = 'TorchFileError';
  readonly isExpected = true;
  constructor(place: string, problem: string) {
    super(`${place} is not a torch file that can be read: ${problem}`);
  }
}

/** Stops with a TorchFileError of the file at hand. */
export type Refuse = (problem: string) => never;
