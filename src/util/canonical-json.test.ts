import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import type { Json } from './json.ts';

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** The same value, every object built in the opposite order. */
function rebuilt(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as Json[]).map(rebuilt);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, rebuilt(member)]),
  );
}

test('the order in which an object was built does not count', () => {
  fc.assert(fc.property(json, (value) => canonicalJson(rebuilt(value)) === canonicalJson(value)));
});

test('two values have one text exactly if they are equal', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const equal = JSON.stringify(sortedKeys(a)) === JSON.stringify(sortedKeys(b));
      expect(canonicalJson(a) === canonicalJson(b)).toBe(equal);
    }),
  );
});

function sortedKeys(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as Json[]).map(sortedKeys);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortedKeys(member)]),
  );
}

test('types are told apart: 1, "1", true, null, [1] and { "0": 1 } have six texts', () => {
  expect(new Set([1, '1', true, null, [1], { 0: 1 }].map(canonicalJson)).size).toBe(6);
});

test('keys are sorted by code unit, whatever the locale', () => {
  expect(canonicalJson({ ä: 1, z: 2, a: 3, Z: 4 })).toBe('["o",{"Z":["n",4],"a":["n",3],"z":["n",2],"ä":["n",1]}]');
});

test('its text is pinned: to change it would orphan every result in every store', () => {
  expect(canonicalJson({ b: 1e21, a: [true, null, 'x"\n', 0.1], c: {} })).toBe(
    '["o",{"a":["l",[["b",true],["z"],["s","x\\"\\n"],["n",0.1]]],"b":["n",1e+21],"c":["o",{}]}]',
  );
});

test.each([NaN, Infinity, -Infinity, -0])('%s is refused, because JSON has no one text for it', (value) => {
  expect(() => canonicalJson([value])).toThrow('has no canonical JSON');
});

test('undefined is refused', () => {
  expect(() => canonicalJson({ a: undefined } as unknown as Json)).toThrow(
    'Internal error: undefined has no canonical JSON.',
  );
});
