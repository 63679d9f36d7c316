/** The folder `trained` of select: the files of a training that was chosen. */
export const TRAINED_FILES = {
  weights: 'weights.safetensors',
  curves: 'curves.json',
  predictions: 'predictions.csv',
} as const;
