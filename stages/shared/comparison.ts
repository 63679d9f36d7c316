/** The parameters of a comparison of models, whatever the task. */
import { Type } from '@sinclair/typebox';

export const RUN = { start: Type.String(), pretraining: Type.String(), seed: Type.Number() };

export const COMPARISON = {
  /** The names of models in tables, by start and pre-training: `{ "random": { "none": "M1" } }`. */
  labels: Type.Record(Type.String(), Type.Record(Type.String(), Type.String({ minLength: 1 })), { default: {} }),
  /** The model that the other starts are compared with; the first model without it. */
  baseline: Type.Optional(Type.String({ minLength: 1 })),
  /**
   * The differences that the study asks about, as pairs of models: the first minus the second. Without it: each
   * pre-training against none and longer of its start, and each start against the baseline's within none.
   */
  contrasts: Type.Optional(Type.Array(Type.Tuple([Type.String(), Type.String()]), { minItems: 1 })),
  /** Rounds of the bootstrap. */
  resamples: Type.Integer({ minimum: 100 }),
  /** The confidence level of the intervals. */
  level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  seed: Type.Integer({ minimum: 0 }),
};
