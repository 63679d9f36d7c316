import type { Faulty } from './check-shape.ts';
import type { Report } from './report.ts';
import type { Resolver } from './resolve.ts';
import type { ObjectNode } from './tree.ts';

/** The shared context of every step between tree and Pipeline. */
export interface LoadContext {
  /** Absolute path of the project root. */
  readonly root: string;
  readonly report: Report;
  /** Nodes that the schema refused; they were reported. */
  readonly faulty: Faulty;
  readonly params: ObjectNode | undefined;
  readonly resolver: Resolver;
}
