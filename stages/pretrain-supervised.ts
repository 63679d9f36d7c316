/** Trains a network on a labeled data set, for others to start from. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { initializeClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import { resnetStructure } from '../src/learn/nn/resnet.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { supervisedStep } from '../src/learn/train/supervised.ts';
import { openTrainingData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { fitClassifier } from '../src/learn/train/fit-classifier.ts';
import {
  NetworkParameters,
  networkFrom,
  optimizerFrom,
  augmentationOf,
  TrainingParameters,
} from './shared/parameters.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([NetworkParameters, TrainingParameters]);

export default async function pretrain(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const network = networkFrom(given);
  const dataset = await readDataset(stage.input('dataset'));
  const { name, classes } = dataset;
  const data = await openTrainingData({
    images: stage.input('images'),
    table: stage.input('table'),
    split: stage.input('split'),
  });
  const { params, stats } = initializeResNet(network, ['start', given.seed]);
  const head = initializeClassifier(resnetStructure(network).features, classes.length, ['head', given.seed]);

  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: given.precision });
    const settings = {
      ...given,
      network,
      classes,
      classWeights: 'none' as const,
      optimizer: optimizerFrom(given),
      augmentation: augmentationOf(given.augmentation, dataset, data.images.size),
    };
    const fit = await fitClassifier(
      engine,
      settings,
      supervisedStep,
      data,
      { params: { ...params, ...head }, stats },
      stage,
    );
    await writeWeights(stage.output('weights'), fit.model, {
      architecture: network.name,
      stem: network.stem,
      method: 'supervised',
      dataset: name,
      classes: classes.join(','),
    });
    const epochs = fit.rows.map(({ epoch, learningRate, train, validation }) => ({
      epoch,
      learningRate,
      ...train,
      validation,
    }));
    await writeFile(
      stage.output('curves'),
      `${JSON.stringify({ kind: 'pretrain', method: 'supervised', epochs, best: fit.best }, null, 2)}\n`,
    );
  });
  await data.images.close();
}
