import type { Json, JsonObject } from '../../util/json.ts';
import type { Differences } from './differences.ts';

/** Numbers by value, everything else exactly. False if either text is no JSON. The order of keys is no difference. */
export function compareJson(recorded: string, now: string, differences: Differences): boolean {
  let values: readonly [Json, Json];
  try {
    values = [JSON.parse(recorded) as Json, JSON.parse(now) as Json];
  } catch {
    return false;
  }
  compare('', '', ...values, differences);
  return true;
}

/** @param field the place with its indices left out */
function compare(
  place: string,
  field: string,
  recorded: Json | undefined,
  now: Json | undefined,
  differences: Differences,
): void {
  if (typeof recorded === 'number' && typeof now === 'number')
    differences.number(field || 'value', () => place || 'value', recorded, now);
  else if (Array.isArray(recorded) && Array.isArray(now)) {
    if (recorded.length !== now.length)
      differences.other(`length of ${place || 'the list'}`, String(recorded.length), String(now.length));
    for (let i = 0; i < Math.min(recorded.length, now.length); i++)
      compare(`${place}[${i}]`, `${field}[]`, recorded[i] as Json, now[i] as Json, differences);
  } else if (isObject(recorded) && isObject(now)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(now)])) {
      const below = (base: string) => (base === '' ? key : `${base}.${key}`);
      compare(below(place), below(field), recorded[key], now[key], differences);
    }
  } else if (recorded !== now) differences.other(place || 'the document', textOf(recorded), textOf(now));
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: Json | undefined): string => (value === undefined ? '(absent)' : JSON.stringify(value));
