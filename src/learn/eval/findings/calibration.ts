/** Temperature scaling of findings: the logits of all findings are divided by one number. */
import type { ModelEvaluation } from '../../../formats/evaluation.ts';
import { at } from '../../../util/known.ts';
import { calibrationOf } from '../calibration.ts';
import { CALIBRATION_BINS, calibrationBin } from '../calibration-error.ts';
import type { ReliabilityBin } from '../reliability.ts';
import { leastTemperature } from '../temperature.ts';
import { FINDING_METRICS } from './metrics.ts';
import { forEachKnown, type ScoredFindings } from './scored-findings.ts';

/** The least distance of a probability from 0 and 1: written numbers have nine digits. */
const SMALLEST = 1e-12;

/** The temperature of the smallest mean binary cross entropy, from 0.01 to 100. */
export function fitFindingTemperature(validation: ScoredFindings): number {
  const answers: { logit: number; state: 0 | 1 }[] = [];
  forEachKnown(validation, ({ p, state }) => answers.push({ logit: logitOf(p), state }));
  return leastTemperature((inverse) =>
    answers.reduce((sum, { logit, state }) => sum + (sigmoid(logit * inverse) - state) * logit, 0),
  );
}

export function scaleFindings(scored: ScoredFindings, temperature: number): ScoredFindings {
  return { ...scored, probabilities: scored.probabilities.map((p) => sigmoid(logitOf(p) / temperature)) };
}

/** `validation` and `test`: by seed, in the same order. */
export function calibrateFindings(
  validation: readonly ScoredFindings[],
  test: readonly ScoredFindings[],
): ModelEvaluation['calibration'] {
  return calibrationOf(validation, test, {
    fit: fitFindingTemperature,
    scale: scaleFindings,
    metrics: FINDING_METRICS,
    bins: binsOf,
  });
}

/** `confidence` is the mean probability of a finding, `accuracy` the share of known labels that have it. */
function binsOf(bySeed: readonly ScoredFindings[]): ReliabilityBin[] {
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ images: 0, probability: 0, present: 0 }));
  for (const scored of bySeed)
    forEachKnown(scored, ({ p, state }) => {
      const bin = at(sums, calibrationBin(p));
      bin.images++;
      bin.probability += p;
      bin.present += state;
    });
  return sums.map(({ images, probability, present }, bin) => ({
    low: bin / CALIBRATION_BINS,
    high: (bin + 1) / CALIBRATION_BINS,
    images,
    confidence: probability / images,
    accuracy: present / images,
  }));
}

function logitOf(probability: number): number {
  const p = Math.min(1 - SMALLEST, Math.max(SMALLEST, probability));
  return Math.log(p / (1 - p));
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
