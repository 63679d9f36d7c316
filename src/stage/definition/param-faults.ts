/** Every parameter that is missing, unknown, or not what the schema allows, at any depth. */
import type { Static, TSchema } from '@sinclair/typebox';
import { Value, ValueErrorType } from '@sinclair/typebox/value';
import type { JsonObject } from '../../util/json.ts';
import { allowed } from './allowed.ts';
import { nameHelp } from './fault.ts';

export interface ParamFault {
  readonly kind: 'missing' | 'unknown' | 'wrong';
  /** `image`, `size` for `image.size`. */
  readonly path: readonly string[];
  readonly message: string;
  readonly suggestion?: string;
  /** The allowed names or values. */
  readonly remedy?: string;
}

/** Unknown names come first. Defaults of the schema count as given. */
export function paramFaults(schema: TSchema, params: JsonObject): ParamFault[] {
  return [...unknownNames(schema, params, []), ...wrongValues(schema, completed(schema, params))];
}

/** The parameters with the defaults of the schema for those that are not given. */
export function completed<T extends TSchema>(schema: T, params: JsonObject): Static<T> {
  return Value.Default(schema, structuredClone(params));
}

/** JSON Schema allows unknown names. A stage reads only the names that it declares, so an unknown name is misspelt. */
function unknownNames(schema: TSchema, value: unknown, within: readonly string[]): ParamFault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const properties = propertiesOf(schema);
  if (properties === undefined) return [];
  const known = Object.keys(properties);
  return Object.entries(value).flatMap(([name, inner]): ParamFault[] => {
    const path = [...within, name];
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined) return unknownNames(property, inner, path);
    return [
      {
        kind: 'unknown',
        path,
        message: `${path.join('.')}: unknown parameter`,
        ...nameHelp(name, known, 'parameter'),
      },
    ];
  });
}

/** Undefined where the schema allows any name. */
function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> | undefined {
  const parts = (schema.allOf ?? [schema]) as readonly TSchema[];
  const properties = parts.map((part) =>
    (part.additionalProperties ?? false) === false && part.type === 'object'
      ? (part.properties as Record<string, TSchema> | undefined)
      : undefined,
  );
  return properties.every((each) => each !== undefined)
    ? (Object.assign({}, ...properties) as Record<string, TSchema>)
    : undefined;
}

/** One fault for each place: the first error there says most. */
function wrongValues(schema: TSchema, value: unknown): ParamFault[] {
  const faults = new Map<string, ParamFault>();
  for (const error of Value.Errors(schema, value)) {
    if (error.type === ValueErrorType.ObjectAdditionalProperties) continue; // an unknown name
    if (faults.has(error.path)) continue;
    const path = error.path.split('/').slice(1);
    const name = path.join('.') || 'params';
    const expected = allowed(error.schema);
    faults.set(
      error.path,
      error.value === undefined
        ? { kind: 'missing', path, message: `${name}: expected ${expected}, got nothing` }
        : { kind: 'wrong', path, message: `${name}: expected ${expected}, got ${JSON.stringify(error.value)}` },
    );
  }
  return [...faults.values()];
}
