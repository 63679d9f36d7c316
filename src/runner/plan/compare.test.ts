import { expect, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import type { FingerprintRecord, InstanceId } from '../../formats/identity.ts';
import type { Input } from '../pipeline.ts';
import { differences, type Identified } from './compare.ts';
import { pipelineOf } from '../project.test-support.ts';

const [A, B] = [digestOf('a'), digestOf('b')];

function side(identity: Partial<FingerprintRecord>, sources: Identified['sources'] = {}): Identified {
  return {
    identity: {
      format: 1,
      code: { kind: 'command', template: 'x' },
      params: {},
      axes: {},
      env: {},
      inputs: {},
      outputs: {},
      ...identity,
    },
    sources,
  };
}

function reasons(before: Identified, after: Identified, inputs: Readonly<Record<string, Input>> = {}) {
  return differences(pipelineOf('/', { stage: { inputs, outputs: {} } }).instances[0]!, before, after, {
    trees: () => undefined,
    versions: () => undefined,
  });
}

test('equal identities have no reasons', () => {
  expect(reasons(side({ params: { a: [1], b: {} } }), side({ params: { b: {}, a: [1] } }))).toEqual([]);
});

test('parameters are compared value by value, lists as a whole', () => {
  const before = { list: [1, 2], deep: { x: { y: 1 } }, gone: true, was: 1, empty: {} };
  const after = { list: [1, 3], deep: { x: { y: '1' } }, was: { a: 1 }, empty: {} };
  expect(reasons(side({ params: before }), side({ params: after }))).toEqual([
    { kind: 'param', path: 'deep.x.y', before: 1, after: '1' },
    { kind: 'param', path: 'gone', before: true },
    { kind: 'param', path: 'list', before: [1, 2], after: [1, 3] },
    { kind: 'param', path: 'was', before: 1 },
    { kind: 'param', path: 'was.a', after: 1 },
  ]);
});

test('a package is named with its versions; with the integrity where only that differs', () => {
  const module = (packages: Readonly<Record<string, string>>) =>
    side({ code: { kind: 'module', bundle: A, packages } });
  expect(
    reasons(
      module({ one: '1.0.0 sha-x', two: '2.0.0 sha-x', three: '3.0.0' }),
      module({ one: '1.0.1 sha-y', two: '2.0.0 sha-y' }),
    ),
  ).toEqual([
    { kind: 'package', name: 'one', before: '1.0.0', after: '1.0.1' },
    { kind: 'package', name: 'three', before: '3.0.0' },
    { kind: 'package', name: 'two', before: '2.0.0 sha-x', after: '2.0.0 sha-y' },
  ]);
});

test('sources that were added, removed and changed are told apart', () => {
  const module = (bundle: typeof A, sources: Identified['sources']) =>
    side({ code: { kind: 'module', bundle, packages: {} } }, sources);
  expect(
    reasons(module(A, { 'a.ts': A, 'b.ts': A, 'd.ts': A }), module(B, { 'a.ts': B, 'c.ts': A, 'd.ts': A })),
  ).toEqual([
    { kind: 'source', path: 'a.ts', change: 'changed' },
    { kind: 'source', path: 'b.ts', change: 'removed' },
    { kind: 'source', path: 'c.ts', change: 'added' },
  ]);
});

test('of a gathered input the members that differ are named by their producers', () => {
  const gather = (digests: readonly (typeof A)[]) =>
    side({
      inputs: {
        all: { kind: 'gather', members: digests.map((digest, seed) => ({ axes: { seed }, kind: 'file', digest })) },
      },
    });
  const inputs: Readonly<Record<string, Input>> = {
    all: {
      kind: 'gather',
      members: [0, 1, 2].map((seed) => ({ producer: `make:seed=${seed}` as InstanceId, output: 'n', axes: { seed } })),
    },
  };
  expect(reasons(gather([A, A]), gather([A, B, A]), inputs)).toEqual([
    { kind: 'produced', input: 'all', producer: 'make:seed=1', output: 'n', before: A, after: B },
    { kind: 'produced', input: 'all', producer: 'make:seed=2', output: 'n', after: A },
  ]);
});
