/**
 * One text for each JSON value, exactly as RFC 8785 (JSON Canonicalization Scheme) says, so that anybody can compute
 * the same digest with a library of their own: keys sorted by UTF-16 code unit, no white space, numbers and strings as
 * ECMAScript writes them.
 */
import type { Json } from './json.ts';

/**
 * `{ b: 1e21, a: [true, null] }` becomes `{"a":[true,null],"b":1e+21}`.
 * Throws for the values that RFC 8785 refuses: NaN, infinities, lone surrogates, undefined.
 */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`Internal error: ${value} has no canonical JSON.`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return isList(value) ? `[${value.map(canonicalJson).join(',')}]` : object(value);
    default:
      throw new TypeError(`Internal error: ${typeof value} has no canonical JSON.`);
  }
}

function object(value: Readonly<Record<string, Json>>): string {
  const members = Object.entries(value)
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, member]) => `${quoted(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function quoted(text: string): string {
  if (LONE_SURROGATE.test(text))
    throw new RangeError(`Internal error: ${JSON.stringify(text)} has no canonical JSON, it is no Unicode text.`);
  return JSON.stringify(text);
}

/** The order of every list that is hashed or written: by code unit, whatever the locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
