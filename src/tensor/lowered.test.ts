import { expect, test } from 'vitest';
import { KERNELS } from './graph/kernels.ts';
import { LOWERED as ON_ONNX } from './onnx/kernels/index.ts';
import { LOWERED as ON_TENSORFLOW } from './tensorflow/kernels/index.ts';

const SOURCES = ['Input', 'State', 'Const'];

test.each([['onnxruntime', ON_ONNX], ['tensorflow', ON_TENSORFLOW]])('every kernel that a graph may hold has its way into %s', (_, lowered) => {
  expect([...KERNELS.keys()].filter((kernel) => !SOURCES.includes(kernel) && !lowered.has(kernel))).toEqual([]);
});
