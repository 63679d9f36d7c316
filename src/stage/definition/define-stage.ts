/**
 * `defineStage`: a stage that says which inputs, parameters and outputs it has, and is checked against the pipeline.
 */
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import type { Stage } from '../stage.ts';
import { StageStartError } from '../start-error.ts';
import { isPattern, type StageContract } from './contract.ts';
import { contractFaults } from './faults.ts';
import type { GivenInput } from './input-faults.ts';
import type { InputKind, InputValues, OutputKind, OutputPaths } from './kinds.ts';
import { completed } from './param-faults.ts';

type Inputs = Readonly<Record<string, InputKind>>;
type Outputs = Readonly<Record<string, OutputKind>>;

/** The argument of `run`. */
export interface StageRun<I extends Inputs, P extends TSchema, O extends Outputs> {
  /** Absolute paths, lists of members, or null. */
  readonly inputs: InputValues<I>;
  /** With the defaults of the schema. */
  readonly params: Static<P>;
  /** Absolute paths to write to. */
  readonly outputs: OutputPaths<O>;
  readonly stage: Stage;
}

interface Definition<I extends Inputs, P extends TSchema, O extends Outputs> {
  readonly inputs?: I;
  /** A TypeBox schema of an object; without it the stage takes no parameters. */
  readonly params?: P;
  readonly outputs: O;
  readonly run: (given: StageRun<I, P, O>) => unknown;
}

/** The default export of a module. The host calls it; `pipeline check` reads its contract. */
export interface DefinedStage {
  (stage: Stage): Promise<void>;
  readonly contract: StageContract;
}

const NO_PARAMS = Type.Object({});

/* eslint-disable @typescript-eslint/no-generated-empty-object-type -- a stage without parameters has exactly these */
/** Calls `run` with typed inputs, parameters and outputs. Throws StageStartError where the pipeline does not fit. */
export function defineStage<
  O extends Outputs,
  I extends Inputs = Record<never, never>,
  P extends TSchema = typeof NO_PARAMS,
>(definition: Definition<I, P, O>): DefinedStage {
  const contract: StageContract = {
    inputs: definition.inputs ?? {},
    params: definition.params ?? NO_PARAMS,
    outputs: definition.outputs,
  };
  const call = async (stage: Stage): Promise<void> => {
    const faults = contractFaults(contract, givenBy(stage));
    if (faults.length > 0) throw new StageStartError(stage.id, faults);
    await definition.run({
      inputs: inputValues(contract, stage) as InputValues<I>,
      params: completed(contract.params, stage.params),
      outputs: outputPaths(contract, stage) as OutputPaths<O>,
      stage,
    });
  };
  return Object.assign(call, { contract });
}

function givenBy({ inputs, params, outputs }: Stage) {
  const kinds = Object.entries(inputs).map(([name, value]): [string, GivenInput] => {
    if (value === null) return [name, { kind: 'null' }];
    return [name, typeof value === 'string' ? { kind: 'single', maybe: false } : { kind: 'gathered', members: value }];
  });
  return { inputs: Object.fromEntries(kinds), params, outputs: Object.keys(outputs) };
}

function inputValues(contract: StageContract, stage: Stage): Record<string, unknown> {
  const declared = Object.keys(contract.inputs);
  const patterns = declared.filter(isPattern).map((pattern) => {
    const start = pattern.slice(0, -1);
    const matching = Object.entries(stage.inputs).filter(
      ([name]) => !declared.includes(name) && name.startsWith(start),
    );
    return [pattern, Object.fromEntries(matching.map(([name, value]) => [name.slice(start.length), value]))] as const;
  });
  const named = declared.filter((name) => !isPattern(name)).map((name) => [name, stage.inputs[name] ?? null] as const);
  return Object.fromEntries<unknown>([...patterns, ...named]);
}

function outputPaths({ outputs }: StageContract, stage: Stage): Record<string, string | null> {
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, stage.outputs[name] ?? null]));
}
