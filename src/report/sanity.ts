/** Signs that the training, not the start, decides a result. */
import { groups, mean } from 'd3-array';
import { differenceText } from './verdict.ts';
import { fixed, listed, whole } from './format.ts';
import { metricWords } from './metric.ts';
import type { DatasetResults } from './study.ts';

const KINDS = { linear: 'linear probe', knn: 'nearest-neighbor probe' } as const;
/** Fine-tuning that is further below its probe is noticed, unless trainings with other seeds differ more. */
const NOTICED = 0.03;
/** A last training loss above this share of the loss of class frequencies is no success of learning. */
const LEARNED = 0.9;
/** Above these, validation images cannot rank trainings any more. */
const CEILING = { accuracy: 0.99, auc: 0.995 };
/** A transfer start whose own validation AUC is below has not learned its task. */
const TRANSFER_AUC = 0.8;

/** Sentences, each with its remedy. */
export function sanityLines(dataset: DatasetResults): string[] {
  return [
    ...transferLine(dataset),
    ...probeLines(dataset),
    ...lossLine(dataset),
    ...ceilingLine(dataset),
    ...trialLines(dataset),
  ];
}

function trialLines({ trials }: DatasetResults): string[] {
  const told = trials.flatMap(({ model, warnings }) => warnings.map((warning) => ({ model, warning })));
  return groups(told, ({ warning }) => warning).map(
    ([warning, of]) => `${listed(of.map(({ model }) => model))}: ${warning}`,
  );
}

function transferLine({ transferTraining }: DatasetResults): string[] {
  const auc = transferTraining?.auc ?? null;
  if (transferTraining === null || auc === null || auc >= TRANSFER_AUC) return [];
  const { name } = transferTraining;
  return [
    `The start ${name} has not learned its own task: validation AUC ${fixed(auc, 2)}, where ${TRANSFER_AUC} is the ` +
      'least of a network that has. Models from it start from noise. More steps or an easier task help.',
  ];
}

/**
 * Fine-tuning can keep the features as they are, so that a better probe shows a training that failed: for certain, or
 * by more than trainings differ.
 */
function probeLines({ evaluation }: DatasetResults): string[] {
  return evaluation.probes.flatMap((probe) => {
    const certain = lossesOf(probe, ['balancedAccuracy', 'loss'], isCertain);
    const summary = evaluation.models.find(({ model }) => model === probe.model)?.summary.test;
    const beyondSpread = lossesOf(probe, ['balancedAccuracy', 'auc'], ({ mean }, metric) => {
      const noticed = Math.max(NOTICED, summary?.[metric]?.sd ?? 0);
      return mean !== null && mean < -noticed;
    });
    const worse = certain.length > 0 ? certain : beyondSpread;
    if (worse.length === 0) return [];
    const verb = certain.length > 0 ? 'beats fine-tuning' : 'is ahead of fine-tuning, perhaps by chance';
    return [
      `${probe.model}: a ${KINDS[probe.kind]} of the same start ${verb} (fine-tuning minus probe: ${listed(worse)}). The ` +
        'learning rate is too high or the augmentation too strong; else the network is under-trained: more epochs help.',
    ];
  });
}

type Probe = DatasetResults['evaluation']['probes'][number];
type Gain = NonNullable<Probe['fineTuningGain']>[string];

/** The metrics that fine-tuning loses against the probe, with the difference. */
function lossesOf(
  { fineTuningGain }: Probe,
  metrics: readonly string[],
  isLost: (gain: Gain, metric: string) => boolean,
) {
  return metrics.flatMap((metric) => {
    const gain = fineTuningGain?.[metric];
    if (gain === undefined || !isLost(gain, metric)) return [];
    const words = metricWords(metric);
    return [`${words.name} ${differenceText(gain, words, 'signed')}`];
  });
}

function isCertain({ low, high }: Gain, metric: string): boolean {
  if (low === null || high === null) return false;
  return metricWords(metric).better === 'higher' ? high < 0 : low > 0;
}

function lossLine({ evaluation: { task, counts }, fineTuning }: DatasetResults): string[] {
  const shares = counts.train.byClass.map((count) => count / counts.train.images);
  const ignorant = task === 'findings' ? (mean(shares.map(binaryEntropy)) ?? 0) : entropyOf(shares);
  const models = [...new Set(fineTuning.map(({ model }) => model))];
  const high = models.flatMap((model) => {
    const loss = lastMean(fineTuning, model, ({ train }) => train.loss);
    return loss !== undefined && loss > LEARNED * ignorant ? [`${model} (${fixed(loss, 3)})`] : [];
  });
  if (high.length === 0) return [];
  return [
    `The training loss of the last epoch of ${listed(high)} is not clearly below ${fixed(ignorant, 3)}, the loss of the ` +
      'frequencies alone: the network has hardly learned. A higher learning rate or more epochs help.',
  ];
}

const entropyOf = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);

/** The loss of the frequency of one finding alone. */
const binaryEntropy = (share: number): number => entropyOf([share, 1 - share]);

function ceilingLine({ evaluation: { task, counts }, fineTuning }: DatasetResults): string[] {
  const models = [...new Set(fineTuning.map(({ model }) => model))];
  const at = models.filter((model) => {
    const accuracy = lastMean(fineTuning, model, ({ validation }) => validation.accuracy);
    const auc = lastMean(fineTuning, model, ({ validation }) => validation.auc);
    // Most labels of findings are 0, so that their accuracy is high whatever the network has learned.
    return (task !== 'findings' && (accuracy ?? 0) >= CEILING.accuracy) || (auc ?? 0) >= CEILING.auc;
  });
  if (at.length === 0) return [];
  return [
    `Validation at its ceiling for ${listed(at)}: ${whole(counts.validation.images)} validation images cannot rank ` +
      'trainings any more, so that settings are chosen by chance. A larger validation part helps.',
  ];
}

function lastMean(
  fineTuning: DatasetResults['fineTuning'],
  model: string,
  of: (epoch: DatasetResults['fineTuning'][number]['epochs'][number]) => number | null,
): number | undefined {
  return mean(
    fineTuning
      .filter((run) => run.model === model)
      .flatMap(({ epochs }) => {
        const last = epochs.at(-1);
        return last === undefined ? [] : [of(last)].flatMap((value) => value ?? []);
      }),
  );
}
