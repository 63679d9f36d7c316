/** Parameters that several kinds of training share, as they are written in a pipeline. */
import { Type, type Static } from '@sinclair/typebox';
import { recipe, RECIPES, type Recipe } from '../augment/index.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { DatasetError } from '../dataset/error.ts';
import type { Optimiser } from '../nn/optimiser.ts';
import { SCHEDULES } from '../nn/schedule.ts';
import { NETWORK_NAMES, resnet, type ResNet } from '../nn/resnet.ts';
import { unreachable } from '../../util/unreachable.ts';

const literals = <T extends string>(names: readonly T[]) => Type.Union(names.map((name) => Type.Literal(name)));

export const NetworkParameters = Type.Object({
  network: literals(NETWORK_NAMES),
  /** Where absent, the network's own: `cifar` for resnet-small, `imagenet` for the others. */
  stem: Type.Optional(literals(['imagenet', 'cifar'] as const)),
});

export const TrainingParameters = Type.Object({
  epochs: Type.Integer({ minimum: 1 }),
  /** Images of one step. */
  batch: Type.Integer({ minimum: 2 }),
  /** Learning rate, reached after the warm-up. */
  rate: Type.Number({ exclusiveMinimum: 0 }),
  /** Epochs over which the rate rises. */
  warmUp: Type.Number({ minimum: 0, default: 0 }),
  /** From there it falls to zero along half a cosine, or to a tenth at the middle and a hundredth at three quarters. */
  schedule: literalsWithDefault(SCHEDULES, 'cosine'),
  optimiser: literalsWithDefault(['sgd', 'adamw', 'lars'] as const, 'sgd'),
  weightDecay: Type.Number({ minimum: 0, default: 1e-4 }),
  /** Gradients that are longer than this, all together, are shortened to it. */
  clip: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** Augmentation; see docs/augmentation.md. `domain` is the recipe of what the data set shows. */
  recipe: literals([...RECIPES, 'domain'] as const),
  /** Of convolutions and matrix products while training; bfloat16 needs an engine that has it. What validates and predicts is float32. */
  precision: literalsWithDefault(['float32', 'bfloat16'] as const, 'float32'),
  seed: Type.Integer({ minimum: 0 }),
});

export function networkOf({ network, stem }: Static<typeof NetworkParameters>): ResNet {
  return resnet(network, stem);
}

/** SGD and LARS with momentum 0.9, AdamW with its usual betas. */
export function optimiserOf({
  optimiser,
  weightDecay,
  clip,
}: Pick<Static<typeof TrainingParameters>, 'optimiser' | 'weightDecay' | 'clip'>): Optimiser {
  const common = { weightDecay, ...(clip !== undefined && { clip }) };
  switch (optimiser) {
    case 'sgd':
      return { name: 'sgd', momentum: 0.9, nesterov: false, ...common };
    case 'adamw':
      return { name: 'adamw', ...common };
    case 'lars':
      return { name: 'lars', momentum: 0.9, ...common };
    default:
      return unreachable(optimiser);
  }
}

/** The augmentation for images of `size` pixels. Throws DatasetError where it is to follow the data set, and that does not say what it shows. */
export function recipeOf(
  name: Static<typeof TrainingParameters>['recipe'],
  { title, domain }: Pick<Dataset, 'title' | 'domain'>,
  size: number,
): Recipe {
  if (name !== 'domain') return recipe(name, { size });
  if (domain === null)
    throw new DatasetError(
      `recipe is "domain", but nothing says what the images of ${title} show: only the readers of published data sets know. Name one of the recipes ${RECIPES.join(', ')}.`,
    );
  return recipe(domain, { size });
}

function literalsWithDefault<T extends string>(names: readonly T[], value: T) {
  return Type.Union(
    names.map((name) => Type.Literal(name)),
    { default: value },
  );
}
