/** Parameters that several kinds of training share, as they are written in a pipeline. */
import { Type, type Static } from '@sinclair/typebox';
import {
  namedAugmentation,
  AUGMENTATIONS,
  type Augmentation,
  type AugmentationName,
} from '../../src/learn/augment/index.ts';
import type { Dataset } from '../../src/formats/dataset.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import type { Optimizer } from '../../src/learn/nn/optimizer.ts';
import { SCHEDULES } from '../../src/learn/nn/schedule.ts';
import { NETWORK_NAMES, resnet, type ResNet } from '../../src/learn/nn/resnet.ts';
import { unreachable } from '../../src/util/unreachable.ts';

const literals = <T extends string>(names: readonly T[]) => Type.Union(names.map((name) => Type.Literal(name)));

export const NetworkParameters = Type.Object({
  network: literals(NETWORK_NAMES),
  /** Default: the network's own stem, `cifar` for resnet-small and `imagenet` for the others. */
  stem: Type.Optional(literals(['imagenet', 'cifar'] as const)),
});

export const TrainingParameters = Type.Object({
  epochs: Type.Integer({ minimum: 1 }),
  /** Images of one step. */
  batchSize: Type.Integer({ minimum: 2 }),
  /** Learning rate, reached after the warm-up. */
  learningRate: Type.Number({ exclusiveMinimum: 0 }),
  /** Epochs over which the rate rises. */
  warmupEpochs: Type.Number({ minimum: 0, default: 0 }),
  /** From there it falls to zero along half a cosine, or to a tenth at the middle and a hundredth at three quarters. */
  schedule: literalsWithDefault(SCHEDULES, 'cosine'),
  optimizer: literalsWithDefault(['sgd', 'adamw', 'lars'] as const, 'sgd'),
  weightDecay: Type.Number({ minimum: 0, default: 1e-4 }),
  /** Gradients that are longer than this, all together, are shortened to it. */
  clip: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /**
   * Augmentation; see docs/augmentation.md. `domain` is the strong one for the data set's kind of images, for
   * pre-training; `domain-light` is the light one, for fine-tuning.
   */
  augmentation: literals([...AUGMENTATIONS, 'domain', 'domain-light'] as const),
  /**
   * The precision of convolutions and matrix products in training; bfloat16 and tf32 need an engine with them.
   * Validation and prediction are float32.
   */
  precision: literalsWithDefault(['float32', 'bfloat16', 'tf32'] as const, 'float32'),
  seed: Type.Integer({ minimum: 0 }),
});

export function networkFrom({ network, stem }: Static<typeof NetworkParameters>): ResNet {
  return resnet(network, stem);
}

/** SGD and LARS with momentum 0.9, AdamW with its usual betas. */
export function optimizerFrom({
  optimizer,
  weightDecay,
  clip,
}: Pick<Static<typeof TrainingParameters>, 'optimizer' | 'weightDecay' | 'clip'>): Optimizer {
  const common = { weightDecay, ...(clip !== undefined && { clip }) };
  switch (optimizer) {
    case 'sgd':
      return { name: 'sgd', momentum: 0.9, nesterov: false, ...common };
    case 'adamw':
      return { name: 'adamw', ...common };
    case 'lars':
      return { name: 'lars', momentum: 0.9, ...common };
    default:
      return unreachable(optimizer);
  }
}

/**
 * The augmentation for images of `size` pixels. Throws DatasetError if it follows the data set and the kind of images
 * is unknown.
 */
export function augmentationOf(
  name: Static<typeof TrainingParameters>['augmentation'],
  { title, domain }: Pick<Dataset, 'title' | 'domain'>,
  size: number,
): Augmentation {
  if (name === 'domain-light') return namedAugmentation(lightFor(domain), { size });
  if (name !== 'domain') return namedAugmentation(name, { size });
  if (domain === null)
    throw new DatasetError(
      `augmentation is "domain", but the kind of images in ${title} is unknown. Name it in the parameters of ` +
        `the stage ingest ("domain": "skin"), or choose one of the augmentations ${AUGMENTATIONS.join(', ')}.`,
    );
  return namedAugmentation(STRONG[domain], { size });
}

type Domain = NonNullable<Dataset['domain']>;

/**
 * Kinds without an augmentation of their own borrow one. Slices and ultrasound are gray and have sides, as X-rays.
 * Tissue has no up or down and its stain is a finding, as on skin.
 */
const STRONG: Readonly<Record<Domain, AugmentationName>> = {
  skin: 'skin',
  xray: 'xray',
  fundus: 'fundus',
  ct: 'xray',
  mri: 'xray',
  ultrasound: 'xray',
  histology: 'skin',
  other: 'simclr',
};

const WITHOUT_SIDES: readonly (Domain | null)[] = ['skin', 'fundus', 'histology'];

/** Images of skin, fundus and tissue have no side that means something. Those of an unknown kind may have one. */
const lightFor = (domain: Domain | null) => (WITHOUT_SIDES.includes(domain) ? 'light-flipped' : 'light');

function literalsWithDefault<T extends string>(names: readonly T[], value: T) {
  return Type.Union(
    names.map((name) => Type.Literal(name)),
    { default: value },
  );
}
