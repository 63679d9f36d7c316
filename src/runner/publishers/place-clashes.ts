/**
 * Two pipeline files that publish to one place would replace each other's results at every run. The second one is
 * refused before it does anything.
 */
import path from 'node:path';
import type { Diagnostic } from '../../formats/diagnostic.ts';
import type { Instance, Pipeline } from '../pipeline.ts';
import { otherPublishers, type PublishedPlace, type Publisher } from './other-publishers.ts';
import { realPathOf } from './real-path.ts';

/**
 * One fault for each place of this pipeline that another pipeline file publishes to. A place inside the other one
 * counts.
 * @param show an absolute path as the user would type it
 */
export async function placeClashes(
  pipeline: Pipeline,
  storeFolder: string,
  show: (absolute: string) => string,
): Promise<Diagnostic[]> {
  const own = pipeline.instances.flatMap((instance) => targetsOf(instance, pipeline.root));
  if (own.length === 0) return [];
  const taken = new TakenPlaces(await otherPublishers(pipeline, storeFolder));
  return own.flatMap(({ instance, target }) => {
    const clash = taken.clashWith(target);
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

function targetsOf(instance: Instance, root: string): { readonly instance: Instance; readonly target: string }[] {
  return Object.values(instance.outputs).flatMap(({ publish }) =>
    publish === undefined ? [] : [{ instance, target: path.resolve(root, publish) }],
  );
}

interface Clash {
  readonly file: string;
  readonly place: PublishedPlace;
}

class TakenPlaces {
  readonly #byPlace = new Map<string, Clash>();
  /** By every folder around a place. */
  readonly #byFolder = new Map<string, Clash>();

  constructor(publishers: readonly Publisher[]) {
    for (const { file, places } of publishers) {
      for (const place of places) {
        const clash = { file, place };
        this.#byPlace.set(place.path, clash);
        for (const folder of foldersAround(place.path)) this.#byFolder.set(folder, clash);
      }
    }
  }

  /** The place that is the target, is around it or lies in it. */
  clashWith(target: string): Clash | undefined {
    const real = realPathOf(target);
    const around = [real, ...foldersAround(real)].find((folder) => this.#byPlace.has(folder));
    return around === undefined ? this.#byFolder.get(real) : this.#byPlace.get(around);
  }
}

/** The nearest first. */
function foldersAround(absolute: string): string[] {
  const folder = path.dirname(absolute);
  return folder === absolute ? [] : [folder, ...foldersAround(folder)];
}
