/** Trains a network on a labeled data set, for other trainings to start from. */
import { Type } from '@sinclair/typebox';
import { writeSupervisedCurves } from '../src/formats/curves.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { initializeClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import { resnetStructure } from '../src/learn/nn/resnet.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { openTrainingData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { fitClassifier } from '../src/learn/train/fit-classifier.ts';
import { supervisedStep } from '../src/learn/train/supervised.ts';
import { defineStage, output } from '../src/stage/index.ts';
import { requireClasses } from './shared/answers.ts';
import { DATA } from './shared/data.ts';
import {
  augmentationOf,
  networkFrom,
  NetworkParameters,
  optimizerFrom,
  TrainingParameters,
} from './shared/parameters.ts';

export default defineStage({
  inputs: DATA,
  params: Type.Composite([
    NetworkParameters,
    TrainingParameters,
    Type.Object({
      /** Epochs are added until training has at least this many steps. */
      minSteps: Type.Integer({ minimum: 0, default: 0 }),
    }),
  ]),
  outputs: {
    /** `weights.safetensors` of the last epoch. */
    weights: output,
    /** `curves.json`. */
    curves: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const network = networkFrom(params);
    const dataset = await readDataset(inputs.dataset);
    requireClasses(dataset, 'pretrain-supervised');
    const { name, classes } = dataset;
    const data = await openTrainingData(inputs);
    const backbone = initializeResNet(network, ['start', params.seed]);
    const head = initializeClassifier(resnetStructure(network).features, classes.length, ['head', params.seed]);

    await withEngine(stage.resources, async (engine) => {
      stage.record({ ...engine.description, precision: params.precision });
      const settings = {
        ...params,
        network,
        classes,
        extraEpochs: 0,
        classWeights: 'none' as const,
        optimizer: optimizerFrom(params),
        augmentation: augmentationOf(params.augmentation, dataset, data.images.size),
      };
      const model = { params: { ...backbone.params, ...head }, stats: backbone.stats };
      const fit = await fitClassifier(engine, settings, supervisedStep, data, model, stage);
      await writeWeights(outputs.weights, fit.model, {
        architecture: network.name,
        stem: network.stem,
        method: 'supervised',
        dataset: name,
        classes: classes.join(','),
      });
      const epochs = fit.rows.map(({ train, validation, ...row }) => ({ ...row, ...train, validation }));
      if (fit.warning !== null) stage.warn(fit.warning);
      await writeSupervisedCurves(outputs.curves, { kind: 'supervised', method: 'supervised', epochs });
    });
    await data.images.close();
  },
});
