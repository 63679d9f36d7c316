/** The location of an added TensorFlow: the user's cache, so that all checkouts share it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { enginesFolder } from '../../installation/engines-folder.ts';
import { VERSION } from './parts.ts';

export const folderOf = (gpu: boolean): string =>
  path.join(enginesFolder(), `tensorflow-${VERSION}${gpu ? '-gpu' : ''}`);

export const ADDON = 'tfjs_binding.node';

export interface Found {
  /** Absolute path of the compiled addon. */
  readonly addon: string;
  readonly from: 'pipeline engine add tensorflow' | '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node';
  /** It was made to compute on GPUs. */
  readonly forGpus: boolean;
}

/** The added engine, one with GPU libraries first; else the one of a self-installed tfjs-node. */
export function findTensorflow(): Found | undefined {
  for (const gpu of [true, false]) {
    const addon = path.join(folderOf(gpu), ADDON);
    if (existsSync(addon)) return { addon, from: 'pipeline engine add tensorflow', forGpus: gpu };
  }
  for (const from of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const) {
    const addon = installedBy(from);
    if (addon !== undefined) return { addon, from, forGpus: from === '@tensorflow/tfjs-node-gpu' };
  }
  return undefined;
}

function installedBy(name: string): string | undefined {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const addon = path.join(folder, 'lib', 'napi-v8', ADDON);
    return existsSync(addon) ? addon : undefined;
  } catch {
    return undefined; // not installed
  }
}
