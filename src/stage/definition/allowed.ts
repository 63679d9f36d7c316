/** Describes the values that a schema allows: `an integer >= 8`, `one of "sgd", "adamw"`. */
import { Kind, type TSchema } from '@sinclair/typebox';

export function allowed(schema: TSchema): string {
  switch (schema[Kind]) {
    case 'Literal':
      return JSON.stringify(schema.const);
    case 'Union':
      return choice(schema.anyOf as TSchema[]);
    case 'Integer':
      return `an integer${bounds(schema)}`;
    case 'Number':
      return `a number${bounds(schema)}`;
    case 'String':
      return schema.pattern === undefined ? 'a text' : `a text that matches ${String(schema.pattern)}`;
    case 'Boolean':
      return 'true or false';
    case 'Null':
      return 'null';
    case 'Array':
    case 'Tuple':
      return 'a list';
    case 'Object':
    case 'Record':
      return 'an object';
    default:
      return String(schema.description ?? schema.title ?? schema.type ?? 'another value');
  }
}

function choice(schemas: readonly TSchema[]): string {
  const literal = schemas.every((schema) => schema[Kind] === 'Literal');
  return literal ? `one of ${schemas.map(allowed).join(', ')}` : schemas.map(allowed).join(' or ');
}

const BOUNDS = {
  minimum: '>=',
  exclusiveMinimum: '>',
  maximum: '<=',
  exclusiveMaximum: '<',
  multipleOf: 'divisible by',
} as const;

function bounds(schema: TSchema): string {
  const limits = Object.entries(BOUNDS).flatMap(([key, words]) =>
    schema[key] === undefined ? [] : [`${words} ${Number(schema[key])}`],
  );
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`;
}
