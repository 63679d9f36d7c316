/** The engines of this machine: `auto` chooses one of them, and `pipeline engine list` prints them. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { EngineName } from './engine.ts';
import { leftovers } from './tensorflow/installation/leftovers.ts';
import { folderOf, findTensorflow } from './tensorflow/installation/place.ts';
import { VERSION } from './tensorflow/installation/parts.ts';

export interface Availability {
  readonly name: EngineName;
  readonly available: boolean;
  /** The origin of the engine; for a missing engine, the reason and the command that adds it. */
  readonly about: string;
}

/** In the order in which `auto` takes them. Nothing is loaded. */
export function availableEngines(): readonly Availability[] {
  const found = findTensorflow();
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return [
    {
      name: 'tensorflow',
      available: found !== undefined,
      about:
        found === undefined
          ? `not added${leftovers().length > 0 ? ': it was interrupted' : ''}; type: pipeline engine add tensorflow (${VERSION}, into ${folderOf(false)})`
          : `from ${found.from}, ${found.addon}`,
    },
    { name: 'onnxruntime', available: true, about: `onnxruntime-node ${version}, part of every installation` },
    { name: 'eager', available: true, about: `tfjs ${tf.version_core} in JavaScript: slow, the measure of the others` },
  ];
}
