/**
 * Property tests draw the same values every time, so that a change never fails by chance. To look for new
 * counterexamples: PROPERTY_SEED=$RANDOM npx vitest run.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
