/** The three subsets of a split, in the order of tables. */
export const SUBSETS = ['train', 'validation', 'test'] as const;
export type Subset = (typeof SUBSETS)[number];
