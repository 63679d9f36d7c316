/** The entry of the lockfile under which a stage ran before it got its present axes. */
import type { InstanceId } from '../../formats/identity.ts';
import type { Reason } from '../../formats/reason.ts';
import type { LockEntry } from '../lockfile/lockfile.ts';
import type { Instance } from '../pipeline.ts';

/** By stage: the entries of a lockfile. */
export type EntriesByStage = ReadonlyMap<string, readonly (readonly [InstanceId, LockEntry])[]>;

export function byStage(entries: ReadonlyMap<InstanceId, LockEntry>): EntriesByStage {
  const found = new Map<string, (readonly [InstanceId, LockEntry])[]>();
  for (const entry of entries) {
    const [stage = ''] = entry[0].split(':');
    const known = found.get(stage);
    if (known === undefined) found.set(stage, [entry]);
    else known.push(entry);
  }
  return found;
}

/** Undefined: the stage never ran, or only with the same axes and other values. */
export function otherAxes({ stage, axes }: Instance, entries: EntriesByStage): Reason | undefined {
  const names = Object.keys(axes);
  for (const [before, { identity }] of entries.get(stage) ?? []) {
    const former = Object.keys(identity.axes);
    const added = names.filter((name) => !former.includes(name));
    const removed = former.filter((name) => !names.includes(name));
    const agrees = names.every((name) => !former.includes(name) || identity.axes[name] === axes[name]);
    if (agrees && added.length + removed.length > 0) return { kind: 'axes', before, added, removed };
  }
  return undefined;
}
