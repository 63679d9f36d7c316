import type { Json, JsonObject, Scalar } from './json.ts';

/** A value of which nothing can be changed, at any depth. JSON of any shape is so by its own type. */
export type Immutable<Value> = Value extends Scalar | undefined
  ? Value
  : JsonObject extends Value
    ? Value
    : readonly Json[] extends Value
      ? Value
      : { readonly [Key in keyof Value]: Immutable<Value[Key]> };
