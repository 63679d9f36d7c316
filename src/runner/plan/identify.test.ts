import { expect, test } from 'vitest';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { FingerprintRecord } from '../fingerprint.ts';
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
    all: { kind: 'gather', members: [{ axes: { seed: 0 }, digest: A }] },
  },
  outputs: { weights: { kind: 'file', file: 'weights.safetensors' }, pairs: { kind: 'folder', file: 'pairs' } },
};
const COMMAND: FingerprintRecord = { ...MODULE, code: { kind: 'command', template: 'python3 x.py ${inputs.images}' } };

// A change of these digests orphans every result in every store: raise `format`, and say so in CHANGELOG.md.
test('the fingerprints of a module and of a command are pinned', () => {
  expect(fingerprintOf(MODULE)).toBe('736c97be84e0a887e7769a4acb3c2c9450c6de6d0874b1bfed3ee6884326ed1a');
  expect(fingerprintOf(COMMAND)).toBe('4450c88ec3780cbaa2af898d9b912d929d1913d9490a1388deee85b4627c4483');
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
  ['a file that became a folder', { ...MODULE, inputs: { ...MODULE.inputs, images: { kind: 'folder', digest: A } } }],
  [
    'the axes of a gathered member',
    { ...MODULE, inputs: { ...MODULE.inputs, all: { kind: 'gather', members: [{ axes: { seed: 1 }, digest: A }] } } },
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
