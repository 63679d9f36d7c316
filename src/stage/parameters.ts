/** A stage's parameters, read by a schema: typed, with defaults, and every fault named at once. */
import type { Static, TSchema } from '@sinclair/typebox';
import { Value, ValueErrorType } from '@sinclair/typebox/value';
import type { JsonObject } from '../util/json.ts';
import { allowed } from './allowed.ts';
import { unknownNames } from './unknown-names.ts';

/** Throws StageParametersError, which lists every missing, unknown or wrong parameter. */
export function parameters<T extends TSchema>(
  schema: T,
  stage: { readonly id: string; readonly params: JsonObject },
): Static<T> {
  const value = Value.Default(schema, structuredClone(stage.params));
  const faults = [...unknownNames(schema, stage.params), ...wrongValues(schema, value)];
  if (faults.length > 0) throw new StageParametersError(stage.id, faults);
  return value;
}

export class StageParametersError extends Error {
  override name = 'StageParametersError';

  constructor(id: string, faults: readonly string[]) {
    super(
      `${id} cannot start with these parameters:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nSet them under "params" of the stage, in the pipeline file.`,
    );
  }
}

/** One fault for each place: the first says most. */
function wrongValues(schema: TSchema, value: unknown): string[] {
  const faults = new Map<string, string>();
  for (const error of Value.Errors(schema, value)) {
    if (error.type === ValueErrorType.ObjectAdditionalProperties) continue; // named by unknownNames
    const name = error.path.slice(1).replaceAll('/', '.') || 'params';
    const found = error.value === undefined ? 'nothing' : JSON.stringify(error.value);
    if (!faults.has(name)) faults.set(name, `${name}: expected ${allowed(error.schema)}, got ${found}`);
  }
  return [...faults.values()];
}
