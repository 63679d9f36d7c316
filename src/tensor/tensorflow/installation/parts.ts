/** The parts of a TensorFlow for this engine, and the checksums of the tested files. Linux on x86-64. */

import { CUDA_12 } from '../../installation/cuda-parts.ts';
import type { Part } from '../../installation/part.ts';

export const VERSION = '2.21.0';

/** The libraries and the headers of C; one wheel serves every version of Python, since no Python runs. */
export const LIBRARIES: Part = {
  file: `tensorflow-${VERSION}-cp311-cp311-manylinux_2_27_x86_64.whl`,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  asked: `tensorflow==${VERSION}`,
};

/** The sources of the addon, and the headers of Node for it. */
export const BINDING: Part = {
  file: 'tensorflow-tfjs-node-4.22.0.tgz',
  sha256: 'd38a448a705efc6e655a080f896b3af646ae39dffbfe9c90b06cb9fc3a2b9358',
  asked: '@tensorflow/tfjs-node@4.22.0',
};
export const NODE_HEADERS: Part = {
  file: 'node-api-headers-1.5.0.tgz',
  sha256: '59d0c186cb2db56fb5219219fdbcfb0573c33ff772494a23940564b9cfff881c',
  asked: 'node-api-headers@1.5.0',
};

/** Every file for an installation without a network, in the order in which they are taken. */
export const partsOf = (gpu: boolean): readonly Part[] => [
  NODE_HEADERS,
  BINDING,
  LIBRARIES,
  ...(gpu ? Object.values(CUDA_12) : []),
];
