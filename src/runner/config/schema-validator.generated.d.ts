/** The validator that `npm run build` compiles from schema/pipeline.schema.json. */
import type { Json } from '../../util/json.ts';

/** One finding of the validator, with the fields that are read here. */
export interface Finding {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: { readonly additionalProperty?: string; readonly missingProperty?: string };
  readonly propertyName?: string;
}

export declare const validatePipeline: {
  (data: Json): boolean;
  /** Those of the last call. */
  readonly errors: readonly Finding[] | null;
};
