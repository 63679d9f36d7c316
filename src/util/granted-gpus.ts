/**
 * The variable with the number of granted GPUs, from the runner to the tensor engine of a stage. Only the two of them
 * use it: a bundle that holds this name holds the engine. A user's own CUDA_VISIBLE_DEVICES is no grant.
 */
export const GRANTED_GPUS = 'PRETEXT_GRANTED_GPUS';
