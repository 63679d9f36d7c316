/** The declaration of a stage without its function. Pipelines are compared with it before anything runs. */
import type { TSchema } from '@sinclair/typebox';
import type { InputKind, OutputKind } from './kinds.ts';

export interface StageContract {
  readonly inputs: Readonly<Record<string, InputKind>>;
  readonly params: TSchema;
  readonly outputs: Readonly<Record<string, OutputKind>>;
}

/** The declaration for `name`: its own, or that of a name with `*` at its end. */
export function inputKindOf(name: string, inputs: StageContract['inputs']): InputKind | undefined {
  if (Object.hasOwn(inputs, name) && !isPattern(name)) return inputs[name];
  const pattern = Object.keys(inputs).find((each) => isPattern(each) && name.startsWith(each.slice(0, -1)));
  return pattern === undefined ? undefined : inputs[pattern];
}

export const isPattern = (name: string): boolean => name.endsWith('*');
