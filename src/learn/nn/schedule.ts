/** The learning rate of each step. */

export const SCHEDULES = ['cosine', 'steps'] as const;

interface Schedule {
  readonly name: (typeof SCHEDULES)[number];
  /** Steps of the whole training. */
  readonly steps: number;
  /** Steps over which the rate rises. */
  readonly warmUp: number;
}

export function learningRate(base: number, { name, ...schedule }: Schedule, step: number): number {
  return name === 'cosine' ? warmUpCosine(base, schedule, step) : warmUpTenths(base, schedule, step);
}

/**
 * Rises linearly from `base / warmUp` over the first `warmUp` steps, then falls to zero along half a cosine
 * (I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, without restarts; SimCLR, section 2.4). `step` counts from 0.
 */
function warmUpCosine(base: number, schedule: { steps: number; warmUp: number }, step: number): number {
  const { steps, warmUp } = schedule;
  if (step < warmUp) return (base * (step + 1)) / warmUp;
  const progress = (step - warmUp) / Math.max(1, steps - warmUp);
  return (base / 2) * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}

/** Rises as above, then falls to a tenth at one half of all steps and to a hundredth at three quarters (J. Yang et al., "MedMNIST v2", 2023). */
function warmUpTenths(base: number, { steps, warmUp }: { steps: number; warmUp: number }, step: number): number {
  if (step < warmUp) return (base * (step + 1)) / warmUp;
  if (step < steps / 2) return base;
  return step < (3 * steps) / 4 ? base / 10 : base / 100;
}
