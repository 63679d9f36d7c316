import type { Validator } from '../validation.ts';

/** `npm run build` compiles it; scripts/compile-validators.mjs makes it alone. */
export declare const validate: Validator;
