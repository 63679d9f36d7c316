/**
 * Stages, and after `stage:` one axis value after the other, so that thousands of instances need no list of thousands.
 */
import type { Instance, Pipeline } from '../../runner/pipeline.ts';
import { at } from '../../util/known.ts';

/** @param prefix `tra`, `train`, `train:mo`, `train:model=M1,se` */
export function targetsFor(
  prefix: string,
  { stages, instances }: Pick<Pipeline, 'stages' | 'instances'>,
): readonly string[] {
  const colon = prefix.indexOf(':');
  if (colon === -1) {
    const axes = stages.find(({ name }) => name === prefix)?.axes ?? [];
    return [...stages.map(({ name }) => name), ...(axes.length > 0 ? [`${prefix}:`] : [])];
  }
  const done = prefix.slice(0, Math.max(colon, prefix.lastIndexOf(',')) + 1);
  const chosen = done
    .slice(colon + 1, -1)
    .split(',')
    .filter((part) => part !== '');
  const named = new Set(chosen.map((part) => at(part.split('='), 0)));
  const matching = instances.filter(
    (instance) =>
      instance.stage === prefix.slice(0, colon) && chosen.every((part) => valuesOf(instance).includes(part)),
  );
  const next = matching.flatMap((instance) => valuesOf(instance)).filter((part) => !named.has(at(part.split('='), 0)));
  return [...new Set(next)].map((part) => `${done}${part}`);
}

const valuesOf = ({ axes }: Instance): string[] => Object.entries(axes).map(([axis, value]) => `${axis}=${value}`);
