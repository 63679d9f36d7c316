/** Starts that reach their time limit again and again without a newer checkpoint would be queued for ever. */
import { checkpointState } from './checkpoint-state.ts';
import { checkpointOf, type Started } from './starts.ts';

/** So many in a row are a failure. */
export const MOST_FRUITLESS = 3;

/** True if the start saved nothing since it began. */
export const isFruitless = (start: string, { checkpoint }: Started): boolean =>
  checkpointState(checkpointOf(start)) === checkpoint;
