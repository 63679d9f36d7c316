/** The learning rate of each step. */

/**
 * Rises linearly from `base / warmUp` over the first `warmUp` steps, then falls to zero along half a cosine
 * (I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, without restarts; SimCLR, section 2.4). `step` counts from 0.
 */
export function warmUpCosine(base: number, schedule: { steps: number; warmUp: number }, step: number): number {
  const { steps, warmUp } = schedule;
  if (step < warmUp) return (base * (step + 1)) / warmUp;
  const progress = (step - warmUp) / Math.max(1, steps - warmUp);
  return (base / 2) * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
