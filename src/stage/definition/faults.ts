/** Compares the declaration of a stage with a pipeline: inputs, parameters and outputs. */
import type { JsonObject } from '../../util/json.ts';
import type { StageContract } from './contract.ts';
import { nameHelp, type ContractFault } from './fault.ts';
import { inputFaults, type GivenInput } from './input-faults.ts';
import { paramFaults, type ParamFault } from './param-faults.ts';

export interface GivenStage {
  readonly inputs: Readonly<Record<string, GivenInput>>;
  readonly params: JsonObject;
  /** Names. */
  readonly outputs: readonly string[];
}

export function contractFaults(contract: StageContract, given: GivenStage): ContractFault[] {
  return [
    ...inputFaults(contract.inputs, given.inputs),
    ...paramFaults(contract.params, given.params).map(ofParam),
    ...outputFaults(contract.outputs, given.outputs),
  ];
}

function ofParam({ kind, path, ...texts }: ParamFault): ContractFault {
  switch (kind) {
    case 'missing':
      return { code: 'missing-parameter', ...texts, field: 'params', path: path.slice(0, -1), at: 'name' };
    case 'unknown':
      return { code: 'unknown-parameter', ...texts, field: 'params', path, at: 'name' };
    case 'wrong':
      return { code: 'wrong-parameter', ...texts, field: 'params', path, at: 'value' };
  }
}

function outputFaults(declared: StageContract['outputs'], given: readonly string[]): ContractFault[] {
  const missing = Object.entries(declared).flatMap(([name, { presence }]): ContractFault[] =>
    presence === 'optional' || given.includes(name)
      ? []
      : [
          {
            ...{ field: 'outputs', path: [], at: 'name' },
            code: 'missing-output',
            message: `the output "${name}" is missing`,
            remedy: 'Add it to "outputs".',
          },
        ],
  );
  const unwritten = given
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name): ContractFault => ({
      ...{ field: 'outputs', path: [name], at: 'name' },
      code: 'unwritten-output',
      message: `the stage does not write an output "${name}"`,
      ...nameHelp(name, Object.keys(declared), 'output'),
    }));
  return [...missing, ...unwritten];
}
