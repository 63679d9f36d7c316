/** A stage's parameters, read by a schema: typed, with defaults, and every fault named at once. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { suggest } from '../util/suggest.ts';
import type { Stage } from './index.ts';

/** Throws StageParametersError, which lists every parameter that is missing, unknown or of another kind. */
export function parameters<T extends TSchema>(schema: T, stage: Pick<Stage, 'id' | 'params'>): Static<T> {
  const value = Value.Default(schema, structuredClone(stage.params));
  const faults = [...unknownNames(schema, stage.params), ...[...Value.Errors(schema, value)].map(({ path, message, value: found }) => `${nameOf(path)}: ${lowerFirst(message)}${found === undefined ? '' : `, found ${JSON.stringify(found)}`}`)];
  if (faults.length > 0) throw new StageParametersError(stage.id, [...new Set(faults)]);
  return Value.Decode(Type.Unsafe<Static<T>>(schema), value);
}

export class StageParametersError extends Error {
  constructor(id: string, faults: readonly string[]) {
    super(`${id} cannot start with the parameters it was given:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nThey are set under "params" of the stage, in the pipeline file.`);
    this.name = 'StageParametersError';
  }
}

function unknownNames(schema: TSchema, params: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys((schema.properties ?? {}) as Record<string, unknown>);
  if (known.length === 0 || schema.additionalProperties !== undefined) return [];
  return Object.keys(params)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const close = suggest(name, known);
      return `${name}: there is no such parameter${close === undefined ? '' : `; did you mean "${close}"?`} (known: ${known.join(', ')})`;
    });
}

const nameOf = (path: string): string => path.slice(1).replaceAll('/', '.') || 'params';
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
