/** Runs something on a tfjs backend and leaves tfjs as it was. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

/**
 * `body` must be synchronous: tfjs has one current backend for everyone. Tensors made in it are disposed unless kept.
 */
export function withBackend<T>(name: string, body: () => T): T {
  const engine = tf.engine();
  const before = tf.getBackend() || 'cpu';
  quieten();
  switchTo(name);
  engine.startScope('step');
  try {
    return body();
  } finally {
    engine.endScope();
    switchTo(before);
  }
}

/** The promise of setBackend is for factories that are asynchronous; these are not. */
function switchTo(name: string): void {
  void tf.setBackend(name);
}

/** tfjs-backend-cpu advertises another package on standard error at first use. */
function quieten(): void {
  const cpu = tf.engine().findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}
