/**
 * Delays repeated writes. Writing the lockfile after each of 10,000 instances would take longer than the instances. The
 * first write after a pause is done at once, the following ones a little later.
 */
export interface ThrottledWriter {
  /** Does it now, or later. A later write that fails is tried again by the next call, or reported by `settled`. */
  schedule(): Promise<void>;
  /** Does the pending write now. */
  flush(): Promise<void>;
}

/** At most a tenth of the time goes into it. */
const REST = 10;

export function throttledWriter(work: () => Promise<void>): ThrottledWriter {
  let due = 0;
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();

  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const began = performance.now();
    last = last
      .catch(() => undefined)
      .then(work)
      .finally(() => {
        due = performance.now() + REST * (performance.now() - began);
      });
    last.catch(() => undefined); // rejected for the caller that awaits it
    return last;
  };

  return {
    async schedule() {
      const early = due - performance.now();
      if (early <= 0) await start();
      else timer ??= setTimeout(() => void start(), early).unref();
    },
    flush: () => (timer ? start() : last),
  };
}
