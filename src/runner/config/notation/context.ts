import type { Faulty } from '../check-shape.ts';
import type { Report } from '../report.ts';
import type { Resolver } from '../resolve.ts';
import type { Member, ObjectNode } from '../tree.ts';

/** The facts of the whole file that the expansion of a stage needs. */
export interface NotationContext {
  readonly report: Report;
  readonly faulty: Faulty;
  readonly resolver: Resolver;
  readonly params: ObjectNode | undefined;
  /** The shared axes. */
  readonly axes: ReadonlyMap<string, Member>;
  readonly stageNames: readonly string[];
  outputsOf(stage: string): KnownOutputs;
}

/** The outputs of a stage, templates applied. */
export type KnownOutputs =
  | { readonly kind: 'known'; readonly names: readonly string[] }
  | { readonly kind: 'unknown-stage' }
  /** Their declaration is at fault, which was reported. */
  | { readonly kind: 'faulty' };
