/** A difference between the declaration of a stage and a pipeline. */
import { suggest } from '../../util/suggest.ts';

export interface ContractFault extends Part {
  readonly code: ContractCode;
  readonly message: string;
  readonly suggestion?: string;
  readonly remedy?: string;
}

/** The place of a fault in the stage of the pipeline file. */
interface Part {
  readonly field: 'inputs' | 'params' | 'outputs';
  /** Names below the field, outermost first; none: the stage as a whole. */
  readonly path: readonly string[];
  /** The name is at fault, or its value. */
  readonly at: 'name' | 'value';
}

type ContractCode =
  | 'missing-input'
  | 'unknown-input'
  | 'null-input'
  | 'gathered-input'
  | 'input-axes'
  | 'missing-parameter'
  | 'unknown-parameter'
  | 'wrong-parameter'
  | 'missing-output'
  | 'unwritten-output';

/** The close one of the declared names, and all of them. */
export function nameHelp(
  name: string,
  declared: readonly string[],
  noun: string,
): Pick<ContractFault, 'suggestion' | 'remedy'> {
  const suggestion = suggest(name, declared);
  return {
    ...(suggestion !== undefined && { suggestion }),
    remedy: declared.length === 0 ? `The stage has no ${noun}s.` : `Its ${noun}s are ${declared.join(', ')}.`,
  };
}
