/** The AUC of guessing is 0.5. A classifier below this has learned next to nothing of its task. */
const WEAK_AUC = 0.6;

/** A sentence for people if the validation AUC of a trained classifier is next to that of guessing; else null. */
export function weakAucWarning(auc: number): string | null {
  if (auc >= WEAK_AUC) return null;
  return (
    `The validation AUC after the last epoch is ${auc}; guessing has 0.5. The training learned next to nothing. ` +
    'Try another learning rate, more epochs, or a weaker augmentation.'
  );
}
