/** Says in words what a schema expects and what was found instead. Knows the part of JSON Schema that formats use. */

export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/** A file or a value is not what its format says. The message names file, field, expectation and finding. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly isExpected = true;
}

/** `models[0].seeds: expected a list, got "all"`. `path`: a JSON pointer into the value, such as `/models/0/seeds`. */
export function faultText(path: string, expected: SchemaNode, found: unknown): string {
  return found === undefined
    ? missingText(path)
    : placed(path, `expected ${expectation(expected)}, got ${shown(found)}`);
}

export function missingText(path: string): string {
  return placed(path, 'the field is missing');
}

function placed(path: string, text: string): string {
  const field = fieldOf(path);
  return field === '' ? text : `${field}: ${text}`;
}

/** `an integer >= 0`, `a number or null`, `"linear" or "knn"`. */
export function expectation(schema: SchemaNode): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const options = schema.anyOf?.map(expectation) ?? schema.enum?.map((value) => JSON.stringify(value));
  if (options !== undefined) return listed([...new Set(options)]);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'any value' : listed(types.map((type) => typeText(type, schema)));
}

/** The pattern of a digest, which nobody reads. */
const DIGEST = '^[0-9a-f]{64}$';

function typeText(type: string, schema: SchemaNode): string {
  switch (type) {
    case 'integer':
      return `an integer${bounds(schema)}`;
    case 'number':
      return `a number${bounds(schema)}`;
    case 'string':
      return stringText(schema);
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${lengths(schema)}`;
    case 'object':
      return 'an object';
    default:
      return type;
  }
}

function stringText({ pattern, minLength }: SchemaNode): string {
  if (pattern === DIGEST) return 'a SHA-256 digest';
  if (pattern !== undefined) return `a text like ${pattern}`;
  return minLength ? 'a text that is not empty' : 'a text';
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  const parts = [
    ...(minimum === undefined ? [] : [`>= ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`<= ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(' and ')}`;
}

function lengths({ minItems, maxItems }: SchemaNode): string {
  if (minItems !== undefined && minItems === maxItems) return ` of ${minItems}`;
  if (minItems !== undefined) return ` of at least ${minItems}`;
  return maxItems === undefined ? '' : ` of at most ${maxItems}`;
}

function listed(options: readonly string[]): string {
  const last = options.at(-1) ?? '';
  return options.length < 2 ? last : `${options.slice(0, -1).join(', ')} or ${last}`;
}

/** `/models/0/byClass` becomes `models[0].byClass`. */
function fieldOf(path: string): string {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((field, part) => {
      if (/^\d+$/.test(part)) return `${field}[${part}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `${field}[${JSON.stringify(part)}]`;
      return field === '' ? part : `${field}.${part}`;
    }, '');
}

const LONGEST = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}
