import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { FingerprintRecord } from '../../formats/identity.ts';
import { fingerprintOf } from './identify.ts';

const A = digestOf('a');
const MODULE: FingerprintRecord = {
  format: 1,
  code: { kind: 'module', bundle: A, packages: { 'onnxruntime-node': '1.30.0 sha512-x' } },
  params: { rate: 0.1, net: { width: 8 }, recipe: null },
  axes: { seed: 0, model: 'M2' },
  env: { LANG: null },
  inputs: {
    images: { kind: 'file', digest: A },
    none: { kind: 'none' },
    all: { kind: 'gather', members: [{ axes: { seed: 0 }, kind: 'file', digest: A }] },
  },
  outputs: { weights: { kind: 'file', file: 'weights.safetensors' }, pairs: { kind: 'folder', file: 'pairs' } },
};
const COMMAND: FingerprintRecord = { ...MODULE, code: { kind: 'command', template: 'python3 x.py ${inputs.images}' } };

/** As anybody may write it: sorted keys, no white space, and the digest of that. */
function recomputed(value: unknown): string {
  const text = (part: unknown): string =>
    Array.isArray(part)
      ? `[${part.map(text).join()}]`
      : typeof part === 'object' && part !== null
        ? `{${Object.keys(part)
            .sort()
            .map((key) => `${JSON.stringify(key)}:${text((part as Record<string, unknown>)[key])}`)
            .join()}}`
        : JSON.stringify(part);
  return createHash('sha256').update(text(value)).digest('hex');
}

test('a fingerprint can be recomputed from its record without a line of this program', () => {
  expect([MODULE, COMMAND].map(fingerprintOf)).toEqual([MODULE, COMMAND].map(recomputed));
});

// A change of these digests orphans every result in every store: raise `format`, and say so in CHANGELOG.md.
test('the fingerprints of a module and of a command are pinned', () => {
  expect(fingerprintOf(MODULE)).toBe('5e00620572eea0aeb5e04f33a554a7d87c7deb0225d3adfbb6094a9e924cf600');
  expect(fingerprintOf(COMMAND)).toBe('f2f4fbb86b31eb2d565a7daa7711ae76842307ddede712de23876d241dd7c061');
});

test.each<[string, FingerprintRecord]>([
  ['the bundle', { ...MODULE, code: { kind: 'module', bundle: digestOf('b'), packages: {} } }],
  [
    'a package',
    { ...MODULE, code: { kind: 'module', bundle: A, packages: { 'onnxruntime-node': '1.30.1 sha512-x' } } },
  ],
  ['a parameter', { ...MODULE, params: { ...MODULE.params, rate: 0.2 } }],
  ['the type of a parameter', { ...MODULE, params: { ...MODULE.params, rate: '0.1' } }],
  ['an axis', { ...MODULE, axes: { ...MODULE.axes, seed: 1 } }],
  ['a variable that is set and empty', { ...MODULE, env: { LANG: '' } }],
  ['an input', { ...MODULE, inputs: { ...MODULE.inputs, images: { kind: 'file', digest: digestOf('b') } } }],
  ['an executable bit', { ...MODULE, inputs: { ...MODULE.inputs, images: { kind: 'executable', digest: A } } }],
  ['a file that became a folder', { ...MODULE, inputs: { ...MODULE.inputs, images: { kind: 'folder', digest: A } } }],
  [
    'the axes of a gathered member',
    {
      ...MODULE,
      inputs: { ...MODULE.inputs, all: { kind: 'gather', members: [{ axes: { seed: 1 }, kind: 'file', digest: A }] } },
    },
  ],
  ['the name of an output', { ...MODULE, outputs: { ...MODULE.outputs, pairs: { kind: 'folder', file: 'couples' } } }],
])('%s counts', (_, other) => {
  expect(fingerprintOf(other)).not.toBe(fingerprintOf(MODULE));
});

test('the order in which anything was written down does not count', () => {
  const reversed = Object.fromEntries(
    Object.entries({ ...MODULE, inputs: Object.fromEntries(Object.entries(MODULE.inputs).reverse()) }).reverse(),
  );
  expect(fingerprintOf(reversed as unknown as FingerprintRecord)).toBe(fingerprintOf(MODULE));
  expect(fingerprintOf(MODULE)).toSatisfy((digest: Digest) => /^[0-9a-f]{64}$/.test(digest));
});
