/** Node's timers end at 24.8 days, and fire at once beyond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Rings once; never for an undefined time. The returned function stops it. */
export function setLongTimer(ms: number | undefined, ring: () => void): () => void {
  if (ms === undefined || ms > LONGEST_TIMER_MS) return () => undefined;
  const timer = setTimeout(ring, ms);
  return () => {
    clearTimeout(timer);
  };
}
