/** Registers the gradients of tfjs-core's operations. Made by scripts/build.mjs, which says why. */
export {};
