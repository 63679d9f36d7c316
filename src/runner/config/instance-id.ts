import { byCodeUnit } from '../../util/canonical-json.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Row } from './axis.ts';

/** `finetune:dataset=ham10000,seed=0`: axes sorted by name, so that one instance has one id. */
export function instanceId(stage: string, axes: Row): InstanceId {
  const parts = [...axes].map(([name, { text }]) => [name, text] as const).sort(([a], [b]) => byCodeUnit(a, b));
  return (parts.length === 0 ? stage : `${stage}:${parts.map((part) => part.join('=')).join(',')}`) as InstanceId;
}
