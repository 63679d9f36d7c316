/** Published files: each place has one publisher, and no stage reads it as a workspace input. */
import path from 'node:path';
import picomatch from 'picomatch';
import type { Instance } from '../pipeline.ts';
import type { Context } from './context.ts';
import { lockFileOf } from './lock-file.ts';
import { foldersOf } from './paths.ts';
import type { Origin } from './source.ts';
import { child, type ConfigNode } from './tree.ts';

interface Published {
  readonly instance: Instance;
  readonly output: string;
  readonly place: string;
  readonly origin: Origin;
}

export function checkPublished(instances: readonly Instance[], context: Context): void {
  const byPlace = new Map<string, Published>();
  const own = ownFiles(context);
  for (const published of instances.flatMap((instance) => publishedBy(instance, context))) {
    const reserved = own.get(published.place);
    if (reserved !== undefined)
      context.report.errorOnce('publish-path', published.origin, `${published.place} is ${reserved}`, {
        remedy: 'Publish it under another name.',
      });
    const other = byPlace.get(published.place);
    if (other === undefined) byPlace.set(published.place, published);
    else reportTwice(other, published, context);
  }
  for (const published of byPlace.values()) {
    const around = foldersOf(published.place)
      .map((folder) => byPlace.get(folder))
      .find((other) => other !== undefined);
    if (around !== undefined) reportTwice(around, published, context);
  }
  checkReads(instances, byPlace, context);
}

/** The files that the runner itself reads and writes, by path relative to the root. */
function ownFiles({ file, root }: Context): ReadonlyMap<string, string> {
  const relative = (absolute: string) => path.relative(root, absolute).replaceAll(path.sep, '/');
  return new Map([
    [relative(file), 'the pipeline file itself'],
    [relative(lockFileOf(file)), 'the lockfile of this pipeline'],
  ]);
}

function publishedBy(instance: Instance, { stages }: Context): Published[] {
  return Object.entries(instance.outputs).flatMap(([output, { publish: place }]) => {
    if (place === undefined) return [];
    const node: ConfigNode | undefined = stages.get(instance.stage)?.outputs.get(output)?.value;
    const origin = (child(node, 'publish') ?? node)?.origin;
    if (origin === undefined) throw new Error(`Internal error: output ${output} of ${instance.id} was not declared.`);
    return [{ instance, output, place, origin }];
  });
}

/** One report for each pair of outputs, however many of their instances collide. */
function reportTwice(first: Published, second: Published, { report }: Context): void {
  const what =
    first.place === second.place
      ? `${second.place} is published by both`
      : `${second.place} is inside ${first.place}, and they are published by`;
  const sameOutput = first.origin.source === second.origin.source && first.origin.offset === second.origin.offset;
  const axis = Object.keys(second.instance.axes).find(
    (name) => second.instance.axes[name] !== first.instance.axes[name],
  );
  report.errorOnce('publish-collision', second.origin, `${what} ${first.instance.id} and ${second.instance.id}`, {
    remedy:
      sameOutput && axis !== undefined ? `Put the axis into the path: \${${axis}}.` : 'Publish one of them elsewhere.',
    ...(sameOutput ? {} : { related: [{ message: 'the other one is published here', at: first.origin }] }),
  });
}

function checkReads(
  instances: readonly Instance[],
  byPlace: ReadonlyMap<string, Published>,
  { report, stages }: Context,
): void {
  const inFolder = new Map<string, Published>();
  for (const published of byPlace.values())
    for (const folder of foldersOf(published.place)) inFolder.set(folder, published);
  for (const instance of instances) {
    for (const [name, input] of Object.entries(instance.inputs)) {
      const found =
        input.kind === 'path'
          ? (holding(input.path, byPlace) ?? inFolder.get(input.path))
          : input.kind === 'glob'
            ? matching(input.pattern, byPlace)
            : undefined;
      if (found === undefined) continue;
      const key = stages.get(instance.stage)?.inputs.find(([input]) => input === name)?.[1];
      if (key === undefined) throw new Error(`Internal error: input ${name} of ${instance.id} was not declared.`);
      report.errorOnce(
        'input-is-published',
        key.value.origin,
        `input "${name}" reads ${found.place}, which "${found.instance.stage}" publishes`,
        {
          remedy: `Read it from the stage, so that it is up to date: { "stage": "${found.instance.stage}", "output": "${found.output}" }.`,
          related: [{ message: 'published here', at: found.origin }],
        },
      );
    }
  }
}

/** The published file, or folder around it, that a path names. */
function holding(place: string, byPlace: ReadonlyMap<string, Published>): Published | undefined {
  return (
    byPlace.get(place) ??
    foldersOf(place)
      .map((folder) => byPlace.get(folder))
      .find((published) => published !== undefined)
  );
}

function matching(pattern: string, byPlace: ReadonlyMap<string, Published>): Published | undefined {
  const matches = picomatch(pattern);
  return [...byPlace.values()].find(({ place }) => matches(place));
}
