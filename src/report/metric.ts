/** The name of a metric and the direction in which it is better. */
export interface MetricWords {
  readonly name: string;
  /** For table heads. */
  readonly short: string;
  /** `zero`: nearer to 0 is better. */
  readonly better: 'higher' | 'lower' | 'zero';
  readonly digits: number;
}

const WORDS: Readonly<Record<string, MetricWords>> = {
  accuracy: { name: 'accuracy', short: 'Accuracy', better: 'higher', digits: 3 },
  balancedAccuracy: { name: 'balanced accuracy', short: 'Balanced acc.', better: 'higher', digits: 3 },
  auc: { name: 'AUC', short: 'AUC', better: 'higher', digits: 3 },
  averagePrecision: { name: 'average precision', short: 'Avg. prec.', better: 'higher', digits: 3 },
  macroF1: { name: 'macro F1', short: 'Macro F1', better: 'higher', digits: 3 },
  loss: { name: 'loss', short: 'Loss', better: 'lower', digits: 3 },
  brier: { name: 'Brier score', short: 'Brier', better: 'lower', digits: 3 },
  ece: { name: 'calibration error', short: 'ECE', better: 'lower', digits: 3 },
  overconfidence: { name: 'confidence − accuracy', short: 'Conf. − acc.', better: 'zero', digits: 3 },
  kappa: { name: 'quadratic kappa', short: 'Kappa', better: 'higher', digits: 3 },
  dice: { name: 'Dice coefficient', short: 'Dice', better: 'higher', digits: 3 },
  iou: { name: 'intersection over union', short: 'IoU', better: 'higher', digits: 3 },
  nsd: { name: 'normalized surface distance', short: 'NSD', better: 'higher', digits: 3 },
  ap50: { name: 'AP50', short: 'AP50', better: 'higher', digits: 3 },
  ap50to95: { name: 'AP50:95', short: 'AP50:95', better: 'higher', digits: 3 },
  rightBoxes: { name: 'share of right boxes', short: 'Right boxes', better: 'higher', digits: 3 },
  distance: { name: 'distance in pixels', short: 'Distance (px)', better: 'lower', digits: 2 },
  relativeDistance: { name: 'distance in objects', short: 'Distance (objects)', better: 'lower', digits: 3 },
  hd95: { name: '95 % Hausdorff distance', short: 'HD95 (px)', better: 'lower', digits: 1 },
};

export function metricWords(metric: string): MetricWords {
  const words = WORDS[metric];
  if (words === undefined)
    throw new Error(`The report has no words for the metric "${metric}"; it knows ${Object.keys(WORDS).join(', ')}.`);
  return words;
}

/** For table heads. */
export function betterArrow({ better }: MetricWords): string {
  return { higher: '↑', lower: '↓', zero: '→ 0' }[better];
}
