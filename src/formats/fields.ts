/** Kinds of fields that many formats share. The description ends up in docs/formats.md and in the JSON Schema. */
import { Type } from '@sinclair/typebox';

export const text = (description: string) => Type.String({ description });

export const count = (description: string) => Type.Integer({ minimum: 0, description });

export const real = (description: string) => Type.Number({ description });

/** JSON has no NaN: a number that is not defined is null. */
export const realOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

export const countOrNull = (description: string) =>
  Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description });

/** From 0 to 1. */
export const fraction = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const fractionOrNull = (description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], { description });

export const texts = (description: string) => Type.Array(Type.String(), { description });

/** Something of each of two things. */
export const textPair = (description: string) => Type.Tuple([Type.String(), Type.String()], { description });

export const point = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description });

export const points = (description: string) => Type.Array(Type.Tuple([Type.Number(), Type.Number()]), { description });
