/**
 * The variable by which the runner tells the tensor engine of a stage how many GPUs it was granted. Only the two of them
 * use it: a bundle that holds this name holds the engine. A user's own CUDA_VISIBLE_DEVICES is no grant.
 */
export const GRANTED_GPUS = 'PRETEXT_GRANTED_GPUS';
