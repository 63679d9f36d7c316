/** Published files: each place has one publisher, and no stage reads it as a workspace input. */
import path from 'node:path';
import picomatch from 'picomatch';
import type { Input, Instance } from '../pipeline.ts';
import type { StagesContext } from './stages-context.ts';
import { lockFileOf } from './lock-file.ts';
import { foldersOf, isInside } from './paths.ts';
import { splitPattern } from './pattern.ts';
import { RealPaths } from './real-paths.ts';
import type { Origin } from './source.ts';
import { child, type ConfigNode } from './tree.ts';

interface Published {
  readonly instance: Instance;
  readonly output: string;
  /** As the file says it, relative to the root. */
  readonly target: string;
  /** The same with links resolved, so that one place has one name. */
  readonly real: string;
  readonly origin: Origin;
}

export function checkPublished(instances: readonly Instance[], context: StagesContext): void {
  const paths = new RealPaths(context.root, context.onDisk);
  const byTarget = new Map<string, Published>();
  const own = ownFiles(context, paths);
  for (const published of instances.flatMap((instance) => publishedBy(instance, paths, context))) {
    const owner = own.get(published.real) ?? keeperOf(published.real, paths.ofRead(context.storeFolder));
    if (owner !== undefined)
      context.report.errorOnce('publish-path', published.origin, `${published.target} is ${owner}`, {
        remedy: 'Publish it under another name.',
      });
    const other = byTarget.get(published.real);
    if (other === undefined) byTarget.set(published.real, published);
    else reportTwice(other, published, context);
  }
  for (const published of byTarget.values()) {
    const around = foldersOf(published.real)
      .map((folder) => byTarget.get(folder))
      .find((other) => other !== undefined);
    if (around !== undefined) reportTwice(around, published, context);
  }
  if (byTarget.size > 0) checkReads(instances, new PublishedFiles(byTarget, paths), context);
}

/** The files that the runner itself reads and writes, by path relative to the root. */
function ownFiles({ file }: StagesContext, paths: RealPaths): ReadonlyMap<string, string> {
  return new Map([
    [paths.ofRead(file), 'the pipeline file itself'],
    [paths.ofWritten(lockFileOf(file)), 'the lockfile of this pipeline'],
  ]);
}

/** The store may lie anywhere, and a link may lead into it. */
function keeperOf(real: string, store: string): string | undefined {
  const folder = [store, 'cache', '.git'].find((each) => real === each || real.startsWith(`${each}/`));
  return folder === undefined ? undefined : `inside ${folder}, which has its own keeper`;
}

function publishedBy(instance: Instance, paths: RealPaths, { stages }: StagesContext): Published[] {
  return Object.entries(instance.outputs).flatMap(([output, { publish: target }]) => {
    if (target === undefined) return [];
    const node: ConfigNode | undefined = stages.get(instance.stage)?.outputs.get(output)?.value;
    const origin = (child(node, 'publish') ?? node)?.origin;
    if (origin === undefined) throw new Error(`Internal error: output ${output} of ${instance.id} was not declared.`);
    return [{ instance, output, target, real: paths.ofWritten(target), origin }];
  });
}

/** One report for each pair of outputs, however many of their instances collide. */
function reportTwice(first: Published, second: Published, { report }: StagesContext): void {
  const sameOutput = first.origin.source === second.origin.source && first.origin.offset === second.origin.offset;
  const axis = Object.keys(second.instance.axes).find(
    (name) => second.instance.axes[name] !== first.instance.axes[name],
  );
  const message = `${collision(first, second)} ${first.instance.id} and ${second.instance.id}`;
  report.errorOnce('publish-collision', second.origin, message, {
    remedy:
      sameOutput && axis !== undefined ? `Put the axis into the path: \${${axis}}.` : 'Publish one of them elsewhere.',
    ...(sameOutput ? {} : { related: [{ message: 'the other one is published here', at: first.origin }] }),
  });
}

function collision(first: Published, second: Published): string {
  if (first.real !== second.real) return `${second.target} is inside ${first.target}, and they are published by`;
  return first.target === second.target
    ? `${second.target} is published by both`
    : `${first.target} and ${second.target} are one file by a link, published by`;
}

function checkReads(instances: readonly Instance[], files: PublishedFiles, { report, stages }: StagesContext): void {
  for (const instance of instances) {
    for (const [name, input] of Object.entries(instance.inputs)) {
      const found = files.readBy(input);
      if (found === undefined) continue;
      const member = stages.get(instance.stage)?.inputs.find(([input]) => input === name)?.[1];
      if (member === undefined) throw new Error(`Internal error: input ${name} of ${instance.id} was not declared.`);
      const { stage } = found.instance;
      const publisher = stage === instance.stage ? 'this stage itself' : `"${stage}"`;
      report.errorOnce(
        'input-is-published',
        member.value.origin,
        `input "${name}" reads ${found.target}, which ${publisher} publishes`,
        {
          remedy:
            stage === instance.stage
              ? 'A stage cannot wait for its own output. Read another file, or publish the output elsewhere.'
              : `Read it from the stage, so that it is up to date: "@${stage}/${found.output}".`,
          related: [{ message: 'published here', at: found.origin }],
        },
      );
    }
  }
}

class PublishedFiles {
  readonly #byTarget: ReadonlyMap<string, Published>;
  /** By every folder around them. */
  readonly #byFolder = new Map<string, Published>();
  readonly #paths: RealPaths;

  constructor(byTarget: ReadonlyMap<string, Published>, paths: RealPaths) {
    this.#byTarget = byTarget;
    this.#paths = paths;
    for (const published of byTarget.values())
      for (const folder of foldersOf(published.real)) this.#byFolder.set(folder, published);
  }

  /** A published file that is, holds, or is held by an input. */
  readBy(input: Input): Published | undefined {
    if (input.kind === 'path') return this.#at(this.#paths.ofRead(input.path));
    return input.kind === 'glob' ? this.#matching(input.pattern) : undefined;
  }

  #at(real: string): Published | undefined {
    const isAroundRoot = real === '.' || real.split('/').every((part) => part === '..');
    if (isAroundRoot) return [...this.#byTarget.values()].find(({ real: target }) => isInside(target));
    const around = foldersOf(real).map((folder) => this.#byTarget.get(folder));
    return this.#byTarget.get(real) ?? around.find((published) => published !== undefined) ?? this.#byFolder.get(real);
  }

  /** The fixed part of a pattern may lead through links. */
  #matching(pattern: string): Published | undefined {
    const { base, moving } = splitPattern(pattern);
    const folder = this.#paths.ofRead(base);
    const matches = picomatch(moving);
    return [...this.#byTarget.values()].find(({ real }) => {
      const below = path.posix.relative(folder, real);
      return !below.startsWith('../') && matches(below);
    });
  }
}
