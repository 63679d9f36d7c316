/** The AUC of guessing is 0.5. A classifier below this has learned next to nothing of its task. */
const WEAK_AUC = 0.6;

/** Said of a network that was trained to the last epoch; null if it learned its task. */
export function weakAucWarning(auc: number): string | null {
  if (auc >= WEAK_AUC) return null;
  return (
    `The validation AUC after the last epoch is ${auc}; guessing has 0.5. The training learned next to nothing. ` +
    'Try another learning rate, more epochs, or a weaker augmentation.'
  );
}

/** Said of a classifier on frozen features; null if they hold something of the task. */
export function weakFeaturesWarning(auc: number): string | null {
  if (auc >= WEAK_AUC) return null;
  return `The validation AUC of the probe is ${auc}; guessing has 0.5. The features hold next to nothing of the task.`;
}
