/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least loss on the
 * validation images. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readDetectionCurves } from '../src/formats/curves.ts';
import { writeDetectionTrials } from '../src/formats/trials.ts';
import { defineStage } from '../src/stage/index.ts';
import { FINETUNED_FILES } from './shared/trained.ts';
import { SELECT_OUTPUTS, selectByLoss, TRIED } from './shared/trials.ts';

export default defineStage({
  inputs: TRIED,
  outputs: SELECT_OUTPUTS,
  run: (given) => selectByLoss(given, readDetectionCurves, writeDetectionTrials, FINETUNED_FILES),
});
