import type { FindCardEngine } from '../../runner/resources/card-engine.ts';

/** The engines are loaded only where a stage asks for a card and the machine has one. */
export const findCardEngineLazily: FindCardEngine = async (gpus) =>
  (await import('./find-card-engine.ts')).findCardEngine(gpus);
