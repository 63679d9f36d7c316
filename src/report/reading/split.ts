import { readSplitSummary } from '../../formats/split-summary.ts';
import type { SplitFacts } from '../study.ts';

const WORDS: Readonly<Record<string, string>> = {
  grouped: 'drawn by group, every class in every part',
  'image-level': 'drawn image by image without regard to groups: it leaks',
  published: 'the published test set, and a validation part drawn by group from the published training set',
};

/** `split.json` */
export async function readSplitFacts(path: string): Promise<SplitFacts> {
  const { policy, seed, unused, groupOverlap } = await readSplitSummary(path);
  return { policy: WORDS[policy] ?? policy, seed, unused, groupOverlap };
}
