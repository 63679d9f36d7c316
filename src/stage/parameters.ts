/** A stage's parameters, read by a schema: typed, with defaults, and every fault named at once. */
import type { Static, TSchema } from '@sinclair/typebox';
import type { JsonObject } from '../util/json.ts';
import { completed, paramFaults } from './definition/param-faults.ts';
import { StageStartError } from './start-error.ts';

/** Throws StageStartError, which lists every missing, unknown or wrong parameter. */
export function parameters<T extends TSchema>(
  schema: T,
  stage: { readonly id: string; readonly params: JsonObject },
): Static<T> {
  const faults = paramFaults(schema, stage.params);
  if (faults.length > 0) throw new StageStartError(stage.id, faults);
  return completed(schema, stage.params);
}
