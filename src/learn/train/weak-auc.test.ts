import { expect, test } from 'vitest';
import { weakAucWarning, weakFeaturesWarning } from './weak-auc.ts';

test.each([
  ['a training', weakAucWarning, 'learned next to nothing'],
  ['a probe', weakFeaturesWarning, 'features hold next to nothing'],
])('%s with a validation AUC below 0.6 is said to be near guessing, one of 0.6 is not', (_, warning, words) => {
  expect(warning(0.599)).toContain(words);
  expect(warning(0.599)).toContain('0.599; guessing has 0.5');
  expect(warning(0.3)).toContain('0.3');
  expect(warning(0.6)).toBeNull();
});
