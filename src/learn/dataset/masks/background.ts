/** The name of class 0 in `dataset.json`: the pixels that belong to no class. */
export const BACKGROUND = 'background';
