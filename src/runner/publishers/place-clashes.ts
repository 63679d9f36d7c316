/**
 * Two pipeline files that publish to one place would replace each other's results at every run. The second one is refused
 * before it does anything.
 */
import path from 'node:path';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import { otherPublishers, type Publisher } from './other-publishers.ts';
import { realPathOf } from './real-path.ts';

/**
 * One fault for each place of this pipeline that another pipeline file publishes to. A place inside the other one counts.
 * @param show an absolute path as the user would type it
 */
export async function placeClashes(
  pipeline: Pipeline,
  storeFolder: string,
  show: (absolute: string) => string,
): Promise<Diagnostic[]> {
  const own = pipeline.instances.flatMap((instance) => targetsOf(instance, pipeline.root));
  if (own.length === 0) return [];
  const others = await otherPublishers(pipeline, storeFolder);
  return own.flatMap(({ instance, target }) => {
    const clash = findClash(target, others);
    if (clash === undefined) return [];
    const { file, place } = clash;
    return [
      {
        code: 'place-taken',
        severity: 'error',
        message: `${show(place.path)} is published by ${place.instance} of ${show(file)}, and ${instance.id} of ${show(pipeline.file)} publishes ${show(target)}`,
        remedy: `Give one of them another place. It is free as soon as ${show(file)} is gone or publishes elsewhere.`,
      },
    ];
  });
}

function findClash(target: string, others: readonly Publisher[]) {
  const real = realPathOf(target);
  for (const { file, places } of others) {
    const place = places.find((each) => isWithin(each.path, real) || isWithin(real, each.path));
    if (place) return { file, place };
  }
  return undefined;
}

function targetsOf(instance: Instance, root: string): { readonly instance: Instance; readonly target: string }[] {
  return Object.values(instance.outputs).flatMap(({ publish }) =>
    publish === undefined ? [] : [{ instance, target: path.resolve(root, publish) }],
  );
}

/** The same place counts. */
const isWithin = (place: string, folder: string): boolean => place === folder || place.startsWith(folder + path.sep);
