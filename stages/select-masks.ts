/**
 * Chooses the settings of one start: of trainings that differ in their settings, the one with the least cross entropy
 * on the validation masks. Its weights, curves and predictions are passed on, so that nothing is trained again.
 */
import { readSegmentationCurves } from '../src/formats/curves.ts';
import { writeSegmentationTrials } from '../src/formats/trials.ts';
import { defineStage } from '../src/stage/index.ts';
import { SEGMENTER_FILES } from './shared/trained.ts';
import { SELECT_OUTPUTS, selectByLoss, TRIED } from './shared/trials.ts';

export default defineStage({
  inputs: TRIED,
  outputs: SELECT_OUTPUTS,
  run: (given) => selectByLoss(given, readSegmentationCurves, writeSegmentationTrials, SEGMENTER_FILES),
});
