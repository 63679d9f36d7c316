import { digestOf } from '../../util/digest.ts';
import type { InstanceId } from '../../formats/identity.ts';

/**
 * `finetune@model=M2,seed=0`. Axis values may have characters or lengths that file names cannot have. A digest then
 * keeps two instances apart.
 */
export function instanceFolderName(id: InstanceId): string {
  const plain = id.replaceAll(/[^A-Za-z0-9_.,=+:-]/g, '_').slice(0, 150);
  return plain.replaceAll(':', '@') + (plain === id ? '' : `-${digestOf(id).slice(0, 8)}`);
}
