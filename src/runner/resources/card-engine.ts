/**
 * The tensor engine that computes on the GPUs of this machine. The command line asks the engines; the runner has none.
 */
import type { Gpu } from './gpu.ts';

export type CardEngine =
  | { readonly kind: 'usable'; readonly engine: string }
  /** `reason`: a clause that begins a sentence. `remedy`: a sentence. */
  | { readonly kind: 'unusable'; readonly reason: string; readonly remedy: string };

/** Called at most once in a run, and only if a stage with the engine asks for a GPU and the machine has one. */
export type FindCardEngine = (gpus: readonly Gpu[]) => Promise<CardEngine>;
