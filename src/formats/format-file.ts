/** Reads and writes JSON files of a format. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Static, TSchema } from '@sinclair/typebox';
import { Value, type ValueError } from '@sinclair/typebox/value';
import type { Immutable } from '../util/immutable.ts';
import { faultText, FormatError, type SchemaNode } from './fault.ts';

/**
 * Throws FormatError where the file is no JSON or differs from the schema. Fields that the schema lacks are let
 * through.
 */
export async function readFormat<Schema extends TSchema>(
  schema: Schema,
  path: string,
): Promise<Immutable<Static<Schema>>> {
  return checkFormat(schema, parsed(await readFile(path, 'utf8'), path), path);
}

/** `file` names the value in messages. */
export function checkFormat<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  file: string,
): Immutable<Static<Schema>> {
  const fault = Value.Errors(schema, value).First();
  if (fault === undefined) return value as Immutable<Static<Schema>>;
  const { path, schema: expected, value: found } = innermost(fault);
  throw new FormatError(`${file}: ${faultText(path, expected, found)}.`);
}

export async function writeFormat<Schema extends TSchema>(
  _schema: Schema,
  path: string,
  value: Immutable<Static<Schema>>,
): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path} is not JSON: ${(error as Error).message}.`);
  }
}

/** Among objects that differ in a field with a constant, the one that the value means. */
function innermost(fault: ValueError): ValueError {
  const variants = (fault.schema as { anyOf?: readonly VariantSchema[] }).anyOf;
  if (variants === undefined || typeof fault.value !== 'object' || fault.value === null) return fault;
  const meant = variants.findIndex((variant) => isMeant(variant, fault.value as Readonly<Record<string, unknown>>));
  const inner = meant < 0 ? undefined : fault.errors[meant]?.First();
  return inner === undefined ? fault : innermost(inner);
}

interface VariantSchema {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

function isMeant({ properties = {} }: VariantSchema, value: Readonly<Record<string, unknown>>): boolean {
  const constants = Object.entries(properties).filter(([, schema]) => schema.const !== undefined);
  return constants.length > 0 && constants.every(([name, schema]) => value[name] === schema.const);
}
