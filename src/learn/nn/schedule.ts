/** The learning rate of each step. */

export const SCHEDULES = ['cosine', 'steps'] as const;

interface Schedule {
  readonly name: (typeof SCHEDULES)[number];
  /** Steps of the whole training. */
  readonly steps: number;
  /** Steps over which the rate rises. */
  readonly warmupSteps: number;
}

export function scheduledLearningRate(base: number, { name, ...schedule }: Schedule, step: number): number {
  return name === 'cosine' ? warmupCosine(base, schedule, step) : warmupTenths(base, schedule, step);
}

/**
 * Rises linearly from `base / warmUp` over the first `warmUp` steps, then falls to zero along half a cosine
 * (I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, without restarts; SimCLR, section 2.4). `step` counts from 0.
 */
function warmupCosine(base: number, schedule: { steps: number; warmupSteps: number }, step: number): number {
  const { steps, warmupSteps } = schedule;
  if (step < warmupSteps) return (base * (step + 1)) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return (base / 2) * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}

/**
 * Rises as above, then falls to a tenth at one half of all steps and to a hundredth at three quarters (J. Yang et al.,
 * "MedMNIST v2", 2023).
 */
function warmupTenths(
  base: number,
  { steps, warmupSteps }: { steps: number; warmupSteps: number },
  step: number,
): number {
  if (step < warmupSteps) return (base * (step + 1)) / warmupSteps;
  if (step < steps / 2) return base;
  return step < (3 * steps) / 4 ? base / 10 : base / 100;
}
