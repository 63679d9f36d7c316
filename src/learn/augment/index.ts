/** Augmentation: a recipe's parameters are drawn here on the host, and applied in the compiled step. */
export { RECIPES, recipe, type Recipe, type RecipeName } from './recipe.ts';
export { viewSpecs, type View } from './view.ts';
export { drawViews } from './draw.ts';
export { augment } from './augment.ts';
