/** Reads the parts of a stage for one combination; parts that do not depend on the combination are read once. */
import type { Row } from './axis.ts';
import { checkStagePart, type StagePart } from './check-shape.ts';
import type { StagesContext } from './stages-context.ts';
import type { ConfigNode } from './tree.ts';

export class Parts {
  readonly #context: StagesContext;
  readonly #checked = new WeakMap<ConfigNode, boolean>();
  readonly #read = new WeakMap<ConfigNode, unknown>();

  constructor(context: StagesContext) {
    this.#context = context;
  }

  /** The result of `read` for the part after substitution; undefined after a reported fault. */
  part<T extends object>(
    node: ConfigNode,
    part: StagePart,
    row: Row,
    read: (resolved: ConfigNode) => T | undefined,
  ): T | undefined {
    const resolved = this.resolved(node, part, row);
    if (resolved === undefined) return undefined;
    if (this.#read.has(resolved)) return this.#read.get(resolved) as T | undefined;
    const value = read(resolved);
    this.#read.set(resolved, value);
    return value;
  }

  /** The part after substitution, with the shape that the schema wants; undefined when a fault was reported. */
  resolved(node: ConfigNode, part: StagePart, row: Row): ConfigNode | undefined {
    const { faulty, resolver, report } = this.#context;
    if (faulty.has(node)) return undefined;
    const resolved = resolver.resolve(node, row);
    if (resolved === undefined || resolved === node) return resolved;
    const known = this.#checked.get(resolved);
    const good = known ?? checkStagePart(resolved, part, report);
    if (known === undefined) this.#checked.set(resolved, good);
    return good ? resolved : undefined;
  }
}
