import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { SIGNATURES } from './graph/signatures.ts';
import { LOWERED as ON_ONNX } from './onnx/kernels/index.ts';
import { LOWERED as ON_TENSORFLOW } from './tensorflow/kernels/index.ts';
import { COMPOSITES } from './trace/composites/index.ts';
import { CONSTANTS } from './trace/kernels.ts';
import { HLO_KERNELS } from './xla/kernels/index.ts';
import './eager/engine.ts';

const SOURCES = ['Input', 'State', 'Const'];

test.each([
  ['onnxruntime', Object.keys(ON_ONNX)],
  ['tensorflow', Object.keys(ON_TENSORFLOW)],
  ['xla', Object.keys(HLO_KERNELS)],
])('every kernel that a graph may hold has its way into %s', (_, lowered) => {
  expect(Object.keys(SIGNATURES).filter((kernel) => !SOURCES.includes(kernel) && !lowered.includes(kernel))).toEqual(
    [],
  );
});

test('docs/tensor.md names every kernel of tfjs that is refused, and no other', () => {
  const page = readFileSync(new URL('../../docs/tensor.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('### Refused kernels'), page.indexOf('### Gradients'));
  const named = Array.from(section.matchAll(/`(\w+)`/g), ([, name]) => name!);
  const known = new Set<string>([...Object.keys(SIGNATURES), ...COMPOSITES.keys(), ...CONSTANTS]);
  const refused = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter((name) => !known.has(name));
  expect(named.sort()).toEqual(refused.sort());
});
