/**
 * Property tests draw the same values every time, so that a change is never refused for what it did not do. To look for
 * new counterexamples: PROPERTY_SEED=$RANDOM npx vitest run.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
