/** Wrong source data or a wrong file between stages. The message is for the person with the data. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly isExpected = true;
}

const SHOWN = 20;

/** One message for many faults: all are counted, the first are shown. */
export function listFaults(heading: string, faults: readonly string[]): string {
  const rest = faults.length - SHOWN;
  return [
    heading,
    ...faults.slice(0, SHOWN).map((fault) => `  - ${fault}`),
    ...(rest > 0 ? [`  ... and ${rest} more.`] : []),
  ].join('\n');
}
