/** The files in the folder `trained` of a choice between trials, by the names of the outputs of a training. */

export const FINETUNED_FILES = {
  weights: 'weights.safetensors',
  curves: 'curves.json',
  predictions: 'predictions.csv',
} as const;

export const SEGMENTER_FILES = { ...FINETUNED_FILES, predictions: 'predictions.safetensors' } as const;

export const PRETRAINED_FILES = { weights: 'weights.safetensors', curves: 'curves.json', pairs: 'pairs.png' } as const;
