/** Compares the declaration of a stage with a pipeline's: inputs, parameters and outputs. */
import { Value } from '@sinclair/typebox/value';
import type { Axes } from '../stage.ts';
import type { JsonObject } from '../../util/json.ts';
import { suggest } from '../../util/suggest.ts';
import { allowed } from './allowed.ts';
import { inputKindOf, isPattern, type StageContract } from './contract.ts';
import type { GatheredInput, InputKind } from './kinds.ts';
import { paramFaults, type ParamFault } from './param-faults.ts';

/** An input as the pipeline gives it. */
export type GivenInput =
  | { readonly kind: 'null' }
  /** `maybe`: null where the file is missing. */
  | { readonly kind: 'single'; readonly maybe: boolean }
  | { readonly kind: 'gathered'; readonly members: readonly { readonly axes: Axes }[] };

export interface GivenStage {
  readonly inputs: Readonly<Record<string, GivenInput>>;
  readonly params: JsonObject;
  /** Names. */
  readonly outputs: readonly string[];
}

export interface ContractFault {
  readonly code: ContractCode;
  readonly message: string;
  readonly suggestion?: string;
  readonly remedy?: string;
  /** The place in the declaration of the stage; no names: the stage as a whole. */
  readonly field: 'inputs' | 'params' | 'outputs';
  readonly path: readonly string[];
  /** The name is at fault, or its value. */
  readonly at: 'name' | 'value';
}

export type ContractCode =
  | 'missing-input'
  | 'unknown-input'
  | 'null-input'
  | 'gathered-input'
  | 'input-axes'
  | 'missing-param'
  | 'unknown-stage-param'
  | 'wrong-param'
  | 'missing-output'
  | 'unwritten-output';

export function contractFaults(contract: StageContract, given: GivenStage): ContractFault[] {
  return [
    ...inputFaults(contract, given),
    ...paramFaults(contract.params, given.params).map(ofParam),
    ...outputFaults(contract, given),
  ];
}

function inputFaults({ inputs }: StageContract, given: GivenStage): ContractFault[] {
  const declared = Object.keys(inputs);
  const missing = Object.entries(inputs).flatMap(([name, { kind, presence }]): ContractFault[] =>
    presence === 'optional' || isPattern(name) || Object.hasOwn(given.inputs, name)
      ? []
      : [
          {
            ...{ code: 'missing-input', field: 'inputs', path: [], at: 'name' },
            message: `the input "${name}" is missing`,
            remedy: `Add it to "inputs"${kind === 'gathered' ? ', gathered' : ''}${presence === 'nullable' ? '; it may be null' : ''}.`,
          },
        ],
  );
  const others = Object.entries(given.inputs).flatMap(([name, value]): ContractFault[] => {
    const kind = inputKindOf(name, inputs);
    if (kind !== undefined) return kindFaults(name, kind, value);
    const suggestion = suggest(name, declared);
    return [
      {
        ...{ code: 'unknown-input', field: 'inputs', path: [name], at: 'name' },
        message: `unknown input "${name}"`,
        ...(suggestion !== undefined && { suggestion }),
        remedy: declared.length === 0 ? 'It takes no inputs.' : `Its inputs are ${declared.join(', ')}.`,
      },
    ];
  });
  return [...missing, ...others];
}

function kindFaults(name: string, kind: InputKind, given: GivenInput): ContractFault[] {
  const place = { field: 'inputs', path: [name], at: 'value' } as const;
  if (given.kind === 'null' || (given.kind === 'single' && given.maybe && kind.presence === 'required'))
    return kind.presence === 'required'
      ? [
          {
            ...{ code: 'null-input', ...place },
            message: `input "${name}": expected a file or folder, ${given.kind === 'null' ? 'got null' : 'and an optional path may be null'}`,
          },
        ]
      : [];
  if (given.kind === 'gathered')
    return kind.kind === 'gathered'
      ? axisFaults(name, kind, given.members)
      : [
          {
            ...{ code: 'gathered-input', ...place },
            message: `input "${name}": expected one file or folder, got a gathered list`,
            remedy: 'Fix the axes instead of gathering along them, or run the stage for each of their values.',
          },
        ];
  return kind.kind === 'single'
    ? []
    : [
        {
          ...{ code: 'gathered-input', ...place },
          message: `input "${name}": expected a gathered list, got one file or folder`,
          remedy: `Gather it: "@STAGE:*/OUTPUT".`,
        },
      ];
}

/** The first member with wrong axes stands for all. */
function axisFaults(
  name: string,
  { axes }: GatheredInput,
  members: readonly { readonly axes: Axes }[],
): ContractFault[] {
  for (const member of members) {
    const error = Value.Errors(axes, member.axes).First();
    if (error === undefined) continue;
    const axis = error.path.slice(1);
    const own = Object.keys(member.axes).join(', ') || 'no axes';
    return [
      {
        ...{ code: 'input-axes', field: 'inputs', path: [name], at: 'value' },
        message:
          error.value === undefined
            ? `input "${name}": expected members with the axis "${axis}", got members with ${own}`
            : `input "${name}": expected ${allowed(error.schema)} on the axis "${axis}", got ${JSON.stringify(error.value)}`,
        remedy: `The stage reads the axes ${Object.keys(axes.properties).join(', ')} of this input.`,
      },
    ];
  }
  return [];
}

const PARAM_CODES = { missing: 'missing-param', unknown: 'unknown-stage-param', wrong: 'wrong-param' } as const;

const ofParam = ({ kind, path, ...texts }: ParamFault): ContractFault => ({
  code: PARAM_CODES[kind],
  ...texts,
  field: 'params',
  path: kind === 'missing' ? path.slice(0, -1) : path,
  at: kind === 'wrong' ? 'value' : 'name',
});

function outputFaults({ outputs }: StageContract, given: GivenStage): ContractFault[] {
  const declared = Object.keys(outputs);
  const missing = Object.entries(outputs).flatMap(([name, { presence }]): ContractFault[] =>
    presence === 'optional' || given.outputs.includes(name)
      ? []
      : [
          {
            ...{ code: 'missing-output', field: 'outputs', path: [], at: 'name' },
            message: `the output "${name}" is missing`,
            remedy: `Add it to "outputs".`,
          },
        ],
  );
  const others = given.outputs.flatMap((name): ContractFault[] => {
    if (Object.hasOwn(outputs, name)) return [];
    const suggestion = suggest(name, declared);
    return [
      {
        ...{ code: 'unwritten-output', field: 'outputs', path: [name], at: 'name' },
        message: `the stage does not write an output "${name}"`,
        ...(suggestion !== undefined && { suggestion }),
        remedy: declared.length === 0 ? 'It writes no outputs.' : `Its outputs are ${declared.join(', ')}.`,
      },
    ];
  });
  return [...missing, ...others];
}
