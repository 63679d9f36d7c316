/**
 * How much do the weights that a model starts from know already? A classifier on frozen features, its one setting chosen by
 * validation AUC.
 *
 * inputs   images, table, dataset  of ingest
 *          split                   split.csv
 *          weights                 what the model starts from; null for random weights
 * params   network, stem
 *          kind                    "linear": logistic regression with an L2 penalty; "knn": nearest neighbors by cosine
 *          seed                    of the weights that are drawn at random
 * outputs  predictions             predictions.csv of the validation and the test subset
 *          choice                  choice.json: the settings tried, their validation AUC and loss, the one chosen
 */
import { ProbeParameters, runProbe } from './shared/probe.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

export default async function probe(stage: Stage): Promise<void> {
  await runProbe(stage, parameters(ProbeParameters, stage));
}
