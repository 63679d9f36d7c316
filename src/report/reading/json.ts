import { readFile } from 'node:fs/promises';
import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** Throws, naming file and field, if it differs from the schema. */
export async function readJson<Schema extends TSchema>(schema: Schema, path: string): Promise<Static<Schema>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const fault = Value.Errors(schema, value).First();
  if (fault !== undefined)
    throw new Error(`${path}${fault.path}: ${fault.message}; found ${JSON.stringify(fault.value)}.`);
  return value;
}
