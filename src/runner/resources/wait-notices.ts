/** Says that a command waits for another one, or for a lease that another one has left behind. */
import { SILENCE_MS } from '../store/owner.ts';

type Listener = (sentence: string) => void;

export class WaitNotices {
  #listener: Listener | undefined;

  /** Undefined: nobody is told. */
  listen(listener: Listener | undefined): void {
    this.#listener = listener;
  }

  /** @param purpose `to write the lockfile` */
  tell(purpose: string, holder: string): void {
    this.#listener?.(
      `Waiting ${purpose}: the lease is held by ${holder}. If that runner has ended, the lease is taken over ${SILENCE_MS / 1000} s after its last sign of life.`,
    );
  }
}
