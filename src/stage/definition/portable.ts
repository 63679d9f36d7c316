/** A contract as JSON, and back: it leaves the process that imports the module, and is cached. */
import { Kind, Type, type TObject, type TSchema } from '@sinclair/typebox';
import type { Json, JsonObject } from '../../util/json.ts';
import type { StageContract } from './contract.ts';

/** The contract of a module's default export; undefined for a plain function. */
export function contractOf(exported: unknown): StageContract | undefined {
  return typeof exported === 'function' && 'contract' in exported ? (exported.contract as StageContract) : undefined;
}

/** TypeBox marks its schemas with symbols, which JSON does not have. All else of a schema is JSON. */
export function encodeContract(contract: StageContract): JsonObject {
  return JSON.parse(JSON.stringify(contract)) as JsonObject;
}

export function decodeContract(json: JsonObject): StageContract {
  const { inputs, params, outputs } = json as unknown as StageContract;
  const decoded = Object.entries(inputs).map(([name, input]) => [
    name,
    input.kind === 'gathered' ? { ...input, axes: withKinds(input.axes) as TObject } : input,
  ]);
  return { inputs: Object.fromEntries(decoded) as StageContract['inputs'], params: withKinds(params), outputs };
}

/** A schema of JSON Schema's keywords with TypeBox's marks. Other schemas allow everything. */
function withKinds(schema: TSchema): TSchema {
  const all = (schemas: unknown) => (schemas as TSchema[]).map(withKinds);
  const { anyOf, allOf, items, properties, patternProperties } = schema;
  const parts = {
    ...(anyOf !== undefined && { anyOf: all(anyOf) }),
    ...(allOf !== undefined && { allOf: all(allOf) }),
    ...(items !== undefined && { items: Array.isArray(items) ? all(items) : withKinds(items as TSchema) }),
    ...(properties !== undefined && { properties: mapped(properties) }),
    ...(patternProperties !== undefined && { patternProperties: mapped(patternProperties) }),
  };
  const kind = kindOf(schema);
  return kind === 'Unknown' ? Type.Unknown() : { ...schema, ...parts, [Kind]: kind };
}

const mapped = (schemas: unknown): Record<string, TSchema> =>
  Object.fromEntries(Object.entries(schemas as Record<string, TSchema>).map(([name, each]) => [name, withKinds(each)]));

const KINDS: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Number',
  integer: 'Integer',
  boolean: 'Boolean',
  null: 'Null',
  array: 'Array',
  object: 'Object',
};

function kindOf(schema: TSchema): string {
  if ('const' in schema) return 'Literal';
  if ('anyOf' in schema) return 'Union';
  if ('allOf' in schema) return 'Intersect';
  if ('patternProperties' in schema) return 'Record';
  const type = schema.type as Json | undefined;
  if (type === 'array' && (Array.isArray(schema.items) || schema.maxItems === 0)) return 'Tuple';
  return (typeof type === 'string' ? KINDS[type] : undefined) ?? 'Unknown';
}
