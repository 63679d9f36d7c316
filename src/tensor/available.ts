/** The engines of this machine: `auto` chooses one of them, and `pipeline engine list` prints them. */
import * as tf from '@tensorflow/tfjs-core';
import type { EngineName } from './engine.ts';
import { ONNXRUNTIME_VERSION } from './onnx/version.ts';
import { leftovers } from './installation/leftovers.ts';
import type { AddedEngine } from './installation/part.ts';
import { folderOf, findTensorflow } from './tensorflow/installation/place.ts';
import { VERSION } from './tensorflow/installation/parts.ts';
import { XLA_PARTS } from './xla/installation/parts.ts';
import { findXla } from './xla/installation/place.ts';

export interface Availability {
  readonly name: EngineName;
  readonly available: boolean;
  /** The origin of the engine; for a missing engine, the reason and the command that adds it. */
  readonly about: string;
}

/** A clause about an installation that was killed. */
const interrupted = (engine: AddedEngine): string => (leftovers(engine).length > 0 ? ': it was interrupted' : '');

/** In the order in which `auto` takes them; `xla` only where the runner granted a GPU. Nothing is loaded. */
export function availableEngines(): readonly Availability[] {
  const found = findTensorflow();
  const xla = findXla();
  return [
    {
      name: 'xla',
      available: xla !== undefined,
      about:
        xla === undefined
          ? `not added${interrupted('xla')}; for NVIDIA GPUs, type: pipeline engine add xla`
          : `${XLA_PARTS[xla.variant].title} ${XLA_PARTS[xla.variant].version}, ${xla.folder}`,
    },
    {
      name: 'tensorflow',
      available: found !== undefined,
      about:
        found === undefined
          ? `not added${interrupted('tensorflow')}; type: pipeline engine add tensorflow (${VERSION}, into ${folderOf(false)})`
          : `from ${found.from}, ${found.addon}`,
    },
    { name: 'onnxruntime', available: true, about: `ONNX Runtime ${ONNXRUNTIME_VERSION}, part of every installation` },
    { name: 'eager', available: true, about: `tfjs ${tf.version_core} in JavaScript: slow, the measure of the others` },
  ];
}
