/** The parameters of all stages that fine-tune, and those that the choice between trials settles. */
import { Type, type Static } from '@sinclair/typebox';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { canonicalJson } from '../../src/util/canonical-json.ts';
import { chosenParameters } from './choice.ts';
import { NetworkParameters, TrainingParameters } from './parameters.ts';

export const FinetuneParameters = Type.Composite([
  NetworkParameters,
  Type.Omit(TrainingParameters, ['batchSize', 'learningRate']),
  Type.Object({
    /** Images of one step. `auto`: 16 where fewer than 500 images are trained on, else 32. */
    batchSize: Type.Union([Type.Integer({ minimum: 2 }), Type.Literal('auto')]),
    /** Learning rate, reached after the warm-up. Without it, the input `choice` must name one. */
    learningRate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** Epochs are added until training has at least this many steps. */
    minSteps: Type.Integer({ minimum: 0, default: 0 }),
    /** `balanced`: images of rare classes count more, so that every class counts the same. */
    classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
    /**
     * Trains on the rows of the training subset that this fraction of its labels has: one of the `labelFractions` of
     * the split.
     */
    labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
    /**
     * Added to `epochs`, under one schedule: the epochs of another model's pre-training, for a comparison at equal
     * cost.
     */
    extraEpochs: Type.Integer({ minimum: 0, default: 0 }),
  }),
]);

export type SettledParameters = Static<typeof FinetuneParameters> & { readonly learningRate: number };

/** The parameters of the pipeline with those of the choice in their place. */
export async function settledParameters(
  choice: string | null,
  params: Static<typeof FinetuneParameters>,
): Promise<SettledParameters> {
  const settled = await chosenParameters(choice, FinetuneParameters, params);
  const { learningRate } = settled;
  if (learningRate === undefined)
    throw new DatasetError(
      'learningRate is missing: set the parameter, or give the input "choice" of the stage select.',
    );
  return { ...settled, learningRate };
}

/** All settings of a training as one text, kept with its weights. */
export const settingsNote = (params: SettledParameters): string => canonicalJson(params);

/** docs/adr/0007: small sets need the steps, large sets the speed. */
export const batchSizeFor = (images: number): number => (images < 500 ? 16 : 32);
