import { describe, expect, test } from 'vitest';
import { digestOf } from '../util/digest.ts';
import { checkFormat } from './format-file.ts';
import { LockfileSchema, type LockfileContent } from './lockfile.ts';
import { faultIn, type Validator } from './validation.ts';
import { validate as isManifest } from './validators/archive-manifest.generated.js';
import { validate as isLockfile } from './validators/lockfile.generated.js';
import { validate as isRunRecord } from './validators/run-record.generated.js';

const DIGEST = digestOf('x');
const lockfile = {
  format: 1,
  bundles: { [DIGEST]: { packages: { lib: '1.0.0' }, sources: { 'a.ts': DIGEST } } },
  instances: {
    'train:seed=0': {
      fingerprint: DIGEST,
      code: { bundle: DIGEST },
      params: { rate: 0.1, nested: { list: [1, null] } },
      axes: { seed: 0 },
      env: { HOME: null },
      inputs: {
        data: { kind: 'folder', digest: DIGEST },
        all: { kind: 'gather', members: [{ axes: { seed: 0 }, kind: 'file', digest: DIGEST }] },
        none: { kind: 'none' },
      },
      outputs: { o: { kind: 'executable', file: 'o', digest: DIGEST, bytes: 1 } },
    },
  },
};
const manifest = {
  format: 1,
  pipeline: 'p',
  results: { a: DIGEST },
  files: [{ name: `records/${DIGEST}.json`, bytes: 1, digest: DIGEST }],
};

/** A copy of a value with another value at a path; `undefined` takes the field away. */
function changed(value: object, path: readonly string[], to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  const inner = path.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, copy);
  if (to === undefined) Reflect.deleteProperty(inner, last);
  else inner[last] = to;
  return copy;
}

describe('a compiled format', () => {
  test.each<[string, Validator, unknown]>([
    ['a lockfile', isLockfile, lockfile],
    ['an empty lockfile', isLockfile, { format: 1, bundles: {}, instances: {} }],
    ['a manifest', isManifest, manifest],
    ['a lockfile with a field of a later version', isLockfile, { ...lockfile, more: 1 }],
  ])('takes %s', (_, validate, value) => {
    expect(faultIn(validate, value)).toBeUndefined();
  });

  const instance = ['instances', 'train:seed=0'];
  test.each<[string, readonly string[], unknown, string]>([
    ['a field that is missing', [...instance, 'axes'], undefined, 'axes: the field is missing'],
    ['a list for an object', [...instance, 'params'], [], 'params: expected an object, got []'],
    ['no digest', [...instance, 'fingerprint'], 'abc', 'fingerprint: expected a SHA-256 digest, got "abc"'],
    ['a number for a text', [...instance, 'outputs', 'o', 'file'], 1, 'outputs.o.file: expected a text, got 1'],
    ['a size below 0', [...instance, 'outputs', 'o', 'bytes'], -1, 'outputs.o.bytes: expected a number >= 0, got -1'],
    ['a part of a size', [...instance, 'outputs', 'o', 'bytes'], 1.5, 'outputs.o.bytes: expected an integer, got 1.5'],
    [
      'another kind of output',
      [...instance, 'outputs', 'o', 'kind'],
      'pipe',
      'outputs.o.kind: expected "file", "executable" or "folder", got "pipe"',
    ],
    [
      'an input without its digest',
      [...instance, 'inputs', 'data'],
      { kind: 'file' },
      'inputs.data.digest: the field is missing',
    ],
    [
      'an input of no kind',
      [...instance, 'inputs', 'data'],
      { kind: 'odd', digest: DIGEST },
      'inputs.data.kind: expected one of the known kinds, got "odd"',
    ],
    [
      'an input of no type',
      [...instance, 'inputs', 'all', 'members', '0', 'digest'],
      7,
      'inputs.all.members[0].digest: expected a text, got 7',
    ],
    [
      'an axis that is a list',
      [...instance, 'axes', 'seed'],
      [],
      'axes.seed: expected a text, a number or true or false',
    ],
    ['neither module nor command', [...instance, 'code'], {}, 'code: expected one of the allowed forms, got {}'],
  ])('refuses %s and names it', (_, path, to, message) => {
    const fault = faultIn(isLockfile, changed(lockfile, path, to));
    expect(fault).toContain('instances["train:seed=0"].');
    expect(fault).toContain(message);
  });

  test('names the whole where nothing of it is right', () => {
    expect(faultIn(isLockfile, [])).toBe('expected an object, got []');
    expect(faultIn(isManifest, { ...manifest, files: {} })).toBe('files: expected a list, got {}');
    expect(faultIn(isRunRecord, null)).toBe('expected an object, got null');
  });

  test('agrees with the schema that it was compiled from', () => {
    const whole: LockfileContent = checkFormat(LockfileSchema, lockfile, 'l.json');
    expect(isLockfile(whole)).toBe(true);
  });
});
