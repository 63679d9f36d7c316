/**
 * The imports of a stage module.
 *
 * ```ts
 * import { defineStage, input, output } from 'pretext-study/stage';
 * export default defineStage({
 *   inputs: { table: input },
 *   outputs: { summary: output },
 *   run: ({ inputs, outputs }) => ...
 * });
 * ```
 */
export { defineStage, type DefinedStage, type StageRun } from './definition/define-stage.ts';
export { gathered, input, nullable, optional, output, type InputValues } from './definition/kinds.ts';
/** TypeBox, for the schemas of parameters and axes. */
export { Type, type Static } from '@sinclair/typebox';
export { parameters } from './parameters.ts';
export type { LineageEntry } from './protocol.ts';
export type { Axes, Gathered, Stage } from './stage.ts';
