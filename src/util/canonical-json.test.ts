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

// RFC 8785, section 3.2.2 (literals, numbers and strings) and 3.2.3 (order of keys).
test('the examples of RFC 8785 have the texts that it gives', () => {
  const values = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(values)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    1: 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect([...canonicalJson(keys).matchAll(/:"(\w+)/g)].map(([, word]) => word)).toEqual([
    'Carriage',
    'One',
    'Control',
    'Latin',
    'Euro',
    'Emoji',
    'Hebrew',
  ]);
});

// RFC 8785, appendix B: bits of a double and its text.
test.each([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
])('the double %s is written %s', (bits, text) => {
  expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
});

test.each([NaN, Infinity, -Infinity])('%s is refused', (value) => {
  expect(() => canonicalJson([value])).toThrow('has no canonical JSON');
});

test.each(['\ud800', 'x\udc00', '\udc00\ud800'])('a lone surrogate is refused, as a value and as a key', (text) => {
  expect(() => canonicalJson([text])).toThrow('no Unicode text');
  expect(() => canonicalJson({ [text]: 1 })).toThrow('no Unicode text');
});

test('undefined is refused', () => {
  expect(() => canonicalJson({ a: undefined } as unknown as Json)).toThrow(
    'Internal error: undefined has no canonical JSON.',
  );
});
