/** Measures the separation of validation classes by the features of an encoder during pre-training. */
import type { Engine } from '../../tensor/engine.ts';
import type { ResNet } from '../nn/resnet.ts';
import { knnProbe } from '../ssl/knn-probe.ts';
import { labelsOf, type TrainingData } from './data.ts';
import { compileInference, FEATURES } from './inference.ts';
import type { HostModel } from './loop.ts';
import { at } from '../../util/known.ts';

/**
 * Balanced accuracy of neighbors from the training subset; null if there are no validation images, or if labels are
 * findings, of which an image may have several. `encoder` gives the shapes.
 */
export async function compileOnlineKnn(
  engine: Engine,
  network: ResNet,
  data: TrainingData,
  encoder: HostModel,
  task?: 'findings',
): Promise<((encoder: HostModel) => Promise<number>) | null> {
  const { train: banked, validation: asked } = data.split;
  if (asked.length === 0 || task === 'findings') return null;
  const classes = [...new Set([...banked, ...asked].map((index) => at(data.rows, index).label))];
  const [bankLabels, askedLabels] = [labelsOf(data, banked, classes), labelsOf(data, asked, classes)];
  const inference = await compileInference(engine, network, FEATURES, data, encoder);
  return async (trained) => {
    const bank = await inference.of(trained, banked);
    return knnProbe(
      { features: bank, labels: bankLabels },
      { features: await inference.of(trained, asked), labels: askedLabels },
    );
  };
}
