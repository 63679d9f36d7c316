/**
 * One text for one value. A digest must not depend on the order of an object's keys, on the locale, or on spelling.
 * Keys are sorted by UTF-16 code unit. Every value has a tag of its type, so that values of different types never give
 * the same text. Close in spirit to RFC 8785, with tags.
 */
import type { Json } from './json.ts';

/**
 * `{ b: 1, a: [true, null] }` becomes `["o",{"a":["l",[["b",true],["z"]]],"b":["n",1]}]`. Throws on values that JSON
 * cannot represent or has two spellings for: NaN, infinities, -0, undefined.
 */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return `["s",${JSON.stringify(value)}]`;
    case 'boolean':
      return `["b",${value}]`;
    case 'number':
      return `["n",${number(value)}]`;
    case 'object':
      if (value === null) return '["z"]';
      return isList(value) ? `["l",[${value.map(canonicalJson).join(',')}]]` : `["o",${object(value)}]`;
    default:
      throw new TypeError(`Internal error: ${typeof value} has no canonical JSON.`);
  }
}

function number(value: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) {
    throw new RangeError(`Internal error: ${Object.is(value, -0) ? '-0' : value} has no canonical JSON.`);
  }
  return JSON.stringify(value);
}

function object(value: Readonly<Record<string, Json>>): string {
  const members = Object.keys(value)
    .sort(byCodeUnit)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/** The order of every hashed or written list: by code unit, independent of the locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
