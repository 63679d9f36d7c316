/** The inputs that a stage declares, and those of a pipeline. */
import { Value } from '@sinclair/typebox/value';
import type { Axes } from '../stage.ts';
import { allowed } from './allowed.ts';
import { inputKindOf, isPattern, type StageContract } from './contract.ts';
import { nameHelp, type ContractFault } from './fault.ts';
import type { GatheredInput, InputKind } from './kinds.ts';

/** An input as the pipeline gives it. */
export type GivenInput =
  | { readonly kind: 'null' }
  /** `maybe`: null if the file is missing. */
  | { readonly kind: 'single'; readonly maybe: boolean }
  | { readonly kind: 'gathered'; readonly members: readonly { readonly axes: Axes }[] };

export function inputFaults(
  declared: StageContract['inputs'],
  given: Readonly<Record<string, GivenInput>>,
): ContractFault[] {
  return [
    ...Object.entries(declared).flatMap(([name, kind]) => missingFaults(name, kind, given)),
    ...Object.entries(given).flatMap(([name, value]) => {
      const kind = inputKindOf(name, declared);
      return kind === undefined ? unknownFaults(name, value, Object.keys(declared)) : kindFaults(name, kind, value);
    }),
  ];
}

function missingFaults(
  name: string,
  { kind, presence }: InputKind,
  given: Readonly<Record<string, GivenInput>>,
): ContractFault[] {
  if (presence === 'optional' || isPattern(name) || Object.hasOwn(given, name)) return [];
  const [as, orNull] = [
    kind === 'gathered' ? ' as a gathered list' : '',
    presence === 'nullable' ? '; it may be null' : '',
  ];
  return [
    {
      ...{ field: 'inputs', path: [], at: 'name' },
      code: 'missing-input',
      message: `the input "${name}" is missing`,
      remedy: `Add it to "inputs"${as}${orNull}.`,
    },
  ];
}

/** A matrix over modules gives the same names to all of them. A null means nothing to a stage that does not know it. */
function unknownFaults(name: string, given: GivenInput, declared: readonly string[]): ContractFault[] {
  if (given.kind === 'null') return [];
  return [
    {
      ...{ field: 'inputs', path: [name], at: 'name' },
      code: 'unknown-input',
      message: `unknown input "${name}"`,
      ...nameHelp(name, declared, 'input'),
    },
  ];
}

function kindFaults(name: string, kind: InputKind, given: GivenInput): ContractFault[] {
  const wanted = kind.kind === 'gathered' ? 'a gathered list' : 'one file or folder';
  const fault = (code: 'null-input' | 'gathered-input', got: string, remedy: string): ContractFault[] => [
    { field: 'inputs', path: [name], at: 'value', code, message: `${name}: expected ${wanted}, got ${got}`, remedy },
  ];
  switch (given.kind) {
    case 'null':
      return kind.presence === 'required' ? fault('null-input', 'null', 'The stage cannot do without this input.') : [];
    case 'single':
      if (kind.kind === 'gathered')
        return fault('gathered-input', 'one file or folder', 'Gather it: "@STAGE:*/OUTPUT".');
      return given.maybe && kind.presence === 'required'
        ? fault('null-input', 'an optional path, which may be null', 'Remove "optional" from the path.')
        : [];
    case 'gathered':
      return kind.kind === 'gathered'
        ? axisFaults(name, kind, given.members)
        : fault('gathered-input', 'a gathered list', 'Fix the axes, or give them to the matrix of the stage.');
  }
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
    const message =
      error.value === undefined
        ? `${name}: expected members with the axis "${axis}", got ${Object.keys(member.axes).join(', ') || 'none'}`
        : `${name}: expected ${allowed(error.schema)} on the axis "${axis}", got ${JSON.stringify(error.value)}`;
    const remedy = `The stage reads the axes ${Object.keys(axes.properties).join(', ')} of this input.`;
    return [{ field: 'inputs', path: [name], at: 'value', code: 'input-axes', message, remedy }];
  }
  return [];
}
